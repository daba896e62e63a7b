;;; pillion.el --- Ghost text from a model on your own machine  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; Keywords: convenience, languages
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Pillion is a language server that completes code.  This file starts it through Eglot and shows
;; what it suggests behind the cursor, as an overlay:
;;
;;     (require 'pillion)
;;     (add-hook 'python-mode-hook #'pillion-eglot-ensure)
;;
;; Eglot runs one server per buffer: Pillion then stands in the place of the language's own server.

;;; Code:

(require 'eglot)
(require 'jsonrpc)

(defgroup pillion nil
  "Ghost text from a model on your own machine."
  :group 'tools)

(defcustom pillion-command '("pillion" "serve")
  "How to start the server."
  :type '(repeat string))

(defcustom pillion-idle-delay 0.1
  "Seconds of quiet before a suggestion is asked for."
  :type 'number)

(defface pillion-ghost '((t :inherit shadow))
  "Text that is suggested.")

(defvar-local pillion--overlay nil "The overlay that shows the suggestion, or nil.")
(defvar-local pillion--text nil "What would be written at the cursor, or nil.")
(defvar-local pillion--tail 0 "Characters behind the cursor that the suggestion replaces.")
(defvar-local pillion--timer nil "Asks once the user pauses.")
(defvar-local pillion--asked 0 "Number of the last question; an answer to an older one is dropped.")
(defvar pillion-status nil "What `pillion/status' said last, a property list.")

(defclass pillion-server (eglot-lsp-server) ()
  :documentation "A running Pillion.")

(cl-defmethod eglot-client-capabilities :around ((_server pillion-server))
  "Say that ghost text can be shown; the server then offers it."
  (let ((capabilities (copy-tree (cl-call-next-method))))
    (plist-put (plist-get capabilities :textDocument) :inlineCompletion
               '(:dynamicRegistration :json-false))
    capabilities))

(cl-defmethod eglot-handle-notification ((_server pillion-server) (_method (eql pillion/status))
                                         &rest status)
  "Keep STATUS, and ask again once the model is ready."
  (let ((was (plist-get pillion-status :state)))
    (setq pillion-status status)
    (when (and (equal was "loading") (equal (plist-get status :state) "ready"))
      (dolist (buffer (buffer-list))
        (with-current-buffer buffer
          (when (bound-and-true-p pillion-mode) (pillion--schedule)))))))

;;;###autoload
(defun pillion-eglot-ensure ()
  "Start Pillion for this buffer through Eglot, and show its suggestions."
  (setq-local eglot-server-programs `((,major-mode . (pillion-server ,@pillion-command))))
  (add-hook 'eglot-managed-mode-hook #'pillion--managed)
  ;; Where a server runs already, Eglot manages a new buffer before its hooks are run.
  (if (eglot-managed-p) (pillion--managed) (eglot-ensure)))

(defun pillion--managed ()
  "Turn `pillion-mode' on or off with Eglot, where its server is Pillion."
  (pillion-mode (if (and (eglot-managed-p) (pillion--server)) 1 -1))
  (when pillion-mode
    ;; From the first request on, the server tells every change by itself.
    (jsonrpc-async-request (pillion--server) :pillion/status nil
                           :success-fn (lambda (status) (setq pillion-status status)))))

(defvar pillion-ghost-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "TAB") #'pillion-accept)
    (define-key map (kbd "<tab>") #'pillion-accept)
    (define-key map (kbd "M-f") #'pillion-accept-word)
    (define-key map (kbd "C-e") #'pillion-accept-line)
    (define-key map (kbd "C-g") #'pillion-dismiss)
    map)
  "Keys while a suggestion is on screen; without one they are what they always are.")

(add-to-list 'emulation-mode-map-alists `((pillion--text . ,pillion-ghost-map)))

;;;###autoload
(define-minor-mode pillion-mode
  "Show what Pillion suggests behind the cursor."
  :lighter " Pillion"
  (if pillion-mode
      (add-hook 'post-command-hook #'pillion--after-command nil t)
    (remove-hook 'post-command-hook #'pillion--after-command t)
    (pillion--clear)))

(defun pillion--server ()
  "Return the server of this buffer, if it is Pillion."
  (let ((server (eglot-current-server)))
    (and (cl-typep server 'pillion-server) server)))

(defun pillion--after-command ()
  "Follow what the user has done: keep what is typed through, drop the rest, ask anew."
  (cond
   ((memq this-command '(pillion-accept pillion-accept-word pillion-accept-line)) nil)
   ((eq this-command 'self-insert-command) (pillion--typed) (pillion--schedule))
   ((memq this-command '(newline electric-newline-and-maybe-indent newline-and-indent
                         delete-backward-char backward-delete-char-untabify yank undo))
    (pillion--drop)
    (pillion--schedule))
   (t (pillion--drop))))

(defun pillion--typed ()
  "Take the character that was typed off the suggestion, or drop that."
  (when pillion--text
    (let ((typed (char-to-string (or (char-before) 0))))
      (if (and (string-prefix-p typed pillion--text) (= (point) (1+ (pillion--place))))
          (let ((rest (substring pillion--text 1)) (tail pillion--tail))
            (pillion--clear)
            (unless (string-empty-p rest) (pillion--show rest tail)))
        (pillion--drop)))))

(defun pillion--place ()
  "Return where the suggestion is shown."
  (overlay-start pillion--overlay))

(defun pillion--schedule ()
  "Ask for a suggestion once the user pauses."
  (when pillion--timer (cancel-timer pillion--timer))
  (setq pillion--timer
        (run-with-timer pillion-idle-delay nil #'pillion--ask-in (current-buffer))))

(defun pillion--ask-in (buffer)
  "Ask for a suggestion in BUFFER, if it is still there and in front."
  (when (and (buffer-live-p buffer) (eq buffer (window-buffer (selected-window))))
    (with-current-buffer buffer (pillion-ask))))

(defun pillion-ask ()
  "Ask for a suggestion at the cursor."
  (interactive)
  (let ((server (pillion--server)))
    (when server
      (eglot--signal-textDocument/didChange)
      (let ((buffer (current-buffer))
            (place (point))
            (tick (buffer-chars-modified-tick))
            (number (cl-incf pillion--asked)))
        (jsonrpc-async-request
         server :textDocument/inlineCompletion
         (append (eglot--TextDocumentPositionParams)
                 '(:context (:triggerKind 2)))
         :timeout 60
         :error-fn #'ignore
         :success-fn
         (lambda (answer)
           (when (buffer-live-p buffer)
             (with-current-buffer buffer
               (when (and (= number pillion--asked) (= place (point))
                          (= tick (buffer-chars-modified-tick)))
                 (pillion--answered answer))))))))))

(defun pillion--answered (answer)
  "Show the first item of ANSWER, a list of the protocol or nil."
  (let* ((items (if (vectorp answer) answer (plist-get answer :items)))
         (item (and (> (length items) 0) (aref items 0)))
         (range (plist-get item :range))
         (region (and range (eglot--range-region range)))
         (before (if region (buffer-substring-no-properties (min (car region) (point)) (point)) ""))
         (text (plist-get item :insertText))
         (new (and text (string-prefix-p before text) (substring text (length before)))))
    (if (or (null new) (string-empty-p new))
        (pillion--drop)
      (unless (and pillion--text (string-prefix-p pillion--text new)) (pillion--tell "shown"))
      (pillion--show new (if region (max 0 (- (cdr region) (point))) 0)))))

(defun pillion--show (text tail)
  "Show TEXT at the cursor, in the place of TAIL characters behind it."
  (pillion--clear)
  (let* ((behind (buffer-substring-no-properties (point) (min (point-max) (+ (point) tail))))
         ;; What stands there already, such as a closing bracket, is not shown twice.
         (shown (if (and (> tail 0) (string-suffix-p behind text))
                    (substring text 0 (- (length text) tail))
                  text))
         (ghost (propertize shown 'face 'pillion-ghost)))
    ;; The cursor is drawn before the ghost text, not behind it.
    (unless (string-empty-p ghost) (put-text-property 0 1 'cursor t ghost))
    (setq pillion--text text
          pillion--tail tail
          pillion--overlay (make-overlay (point) (point) nil t))
    (overlay-put pillion--overlay 'after-string ghost)))

(defun pillion--clear ()
  "Take the suggestion off the screen."
  (when pillion--overlay (delete-overlay pillion--overlay))
  (setq pillion--overlay nil pillion--text nil pillion--tail 0))

(defun pillion--drop ()
  "Drop the suggestion, and report that."
  (when pillion--text (pillion--tell "dismissed"))
  (cl-incf pillion--asked)
  (pillion--clear))

(defun pillion--tell (event)
  "Report EVENT to the server."
  (let ((server (pillion--server)))
    (when server
      (jsonrpc-notify server (intern (concat ":pillion/inlineCompletion/" event)) nil))))

(defun pillion--take (size)
  "Write the first SIZE characters of the suggestion."
  (when pillion--text
    (let* ((text pillion--text) (tail pillion--tail)
           (whole (= size (length text)))
           (rest (substring text size)))
      (pillion--clear)
      (when whole (delete-char (min tail (- (point-max) (point)))))
      (insert (substring text 0 size))
      (pillion--tell (if whole "accepted" "partlyAccepted"))
      (unless whole (pillion--show rest tail)))))

(defun pillion-accept ()
  "Write the whole suggestion."
  (interactive)
  (pillion--take (length pillion--text)))

(defun pillion-accept-word ()
  "Write the next word of the suggestion, with the blanks before it."
  (interactive)
  (when pillion--text
    (string-match "\\`[ \t\n]*\\(?:\\w+\\|[^ \t\n]\\)" pillion--text)
    (pillion--take (match-end 0))))

(defun pillion-accept-line ()
  "Write the next line of the suggestion."
  (interactive)
  (when pillion--text
    (string-match "\\`\n*[^\n]*" pillion--text)
    (pillion--take (match-end 0))))

(defun pillion-dismiss ()
  "Drop the suggestion."
  (interactive)
  (pillion--drop))

(defun pillion-why ()
  "Say why there was no suggestion."
  (interactive)
  (message "Pillion: %s"
           (or (plist-get (plist-get pillion-status :last) :sentence) "there was no request yet")))

(defun pillion-pull-model ()
  "Download the model that the settings name."
  (interactive)
  (eglot-execute-command (pillion--server) 'pillion.pullModel []))

(provide 'pillion)
;;; pillion.el ends here
