;;; tests.el --- The client in a real Emacs, on the real server  -*- lexical-binding: t; -*-

;;; Code:

(require 'ert)
(require 'pillion)

(setq pillion-command (list (getenv "PILLION") "serve"))
(setq eglot-sync-connect 60)
;; One server for all tests; files of one folder are one project.
(setq eglot-autoshutdown nil)

(defvar pillion-tests-patience (string-to-number (or (getenv "PATIENCE") "120")))

(defconst pillion-tests-prime
  "def is_prime(n):\n    \"\"\"Return whether n is a prime number.\"\"\"\n    ")

(defmacro pillion-tests-until (what form)
  "Wait until FORM is true and return it; WHAT says what is waited for."
  `(let ((end (+ (float-time) pillion-tests-patience)) found)
     (while (not (setq found ,form))
       (when (> (float-time) end)
         (error "Waited in vain until %s; %S" ,what pillion-status))
       (accept-process-output nil 0.05))
     found))

(defmacro pillion-tests-with (text &rest body)
  "Run BODY in a file with TEXT, managed by Pillion, its model loaded, with the cursor at its end."
  (declare (indent 1))
  `(let ((file (make-temp-file "pillion-" nil ".py")))
     (unwind-protect
         (with-current-buffer (find-file-noselect file)
           (switch-to-buffer (current-buffer))
           (python-mode)
           (electric-indent-local-mode -1)
           (insert ,text)
           (pillion-eglot-ensure)
           (pillion-tests-until "Eglot manages the buffer"
                                (progn (run-hooks 'post-command-hook) pillion-mode))
           (pillion-tests-until "the model is ready"
                                (equal (plist-get pillion-status :state) "ready"))
           ,@body)
       (with-current-buffer (find-buffer-visiting file)
         (set-buffer-modified-p nil)
         (kill-buffer))
       (delete-file file))))

(defun pillion-tests-do (command)
  "Run COMMAND as a key would."
  (setq this-command command)
  (call-interactively command)
  (run-hooks 'post-command-hook))

(defun pillion-tests-type (text)
  "Type TEXT, character by character."
  (mapc (lambda (character)
          (setq last-command-event character this-command 'self-insert-command)
          (self-insert-command 1)
          (run-hooks 'post-command-hook))
        text))

(defun pillion-tests-count (event)
  "Return how often the server has counted EVENT."
  (let ((status (jsonrpc-request (pillion--server) :pillion/status nil)))
    (or (plist-get (plist-get status :counts) event) 0)))

(ert-deftest pillion-tests-accept ()
  "Ghost text is an overlay behind the cursor; its key writes it, and that is reported."
  (pillion-tests-with pillion-tests-prime
    (pillion-ask)
    (pillion-tests-until "there is ghost text" pillion--text)
    (let ((text pillion--text) (accepted (pillion-tests-count :accepted)))
      (should (equal (overlay-start pillion--overlay) (point)))
      (should (equal (substring-no-properties (overlay-get pillion--overlay 'after-string)) text))
      (should (eq (key-binding (kbd "TAB")) 'pillion-accept))
      (pillion-tests-do 'pillion-accept)
      (should (equal (buffer-string) (concat pillion-tests-prime text)))
      (should-not pillion--overlay)
      (should-not (eq (key-binding (kbd "TAB")) 'pillion-accept))
      (should (= (pillion-tests-count :accepted) (1+ accepted)))
      (should (>= (pillion-tests-count :shown) 1)))))

(ert-deftest pillion-tests-word-and-line ()
  "The next word can be taken, then the rest of the line."
  (pillion-tests-with pillion-tests-prime
    (pillion-ask)
    (pillion-tests-until "there is ghost text" pillion--text)
    (let ((text pillion--text) (start (point)) (partly (pillion-tests-count :partlyAccepted)))
      (pillion-tests-do 'pillion-accept-word)
      (let ((word (buffer-substring start (point))))
        (should (string-prefix-p word text))
        (should (string-match-p "\\`[ \t]*\\(\\w+\\|.\\)\\'" word))
        (should (equal pillion--text (substring text (length word))))
        (should (= (pillion-tests-count :partlyAccepted) (1+ partly)))
        (pillion-tests-do 'pillion-accept-line)
        (should (equal (buffer-substring start (point)) (car (split-string text "\n"))))))))

(ert-deftest pillion-tests-typing ()
  "Typing what is shown keeps it; something else drops it, and that is reported."
  (pillion-tests-with pillion-tests-prime
    (pillion-ask)
    (pillion-tests-until "there is ghost text" pillion--text)
    (let ((text pillion--text))
      (pillion-tests-type (substring text 0 1))
      (should (string-prefix-p (substring text 1 3) pillion--text))
      (let ((dismissed (pillion-tests-count :dismissed)))
        (pillion-tests-type "@")
        (should-not pillion--text)
        (should (= (pillion-tests-count :dismissed) (1+ dismissed)))))))

(ert-deftest pillion-tests-typing-asks ()
  "A pause in typing asks by itself, also behind characters of other scripts."
  (pillion-tests-with "name = \"Zoë 😀\"\n\ndef greet(name):\n    \"\"\"Say hello. 😀\"\"\"\n    retur"
    (pillion-tests-type "n")
    (pillion-tests-until "there is ghost text" pillion--text)
    (let ((before (buffer-string)) (text pillion--text))
      (pillion-tests-do 'pillion-accept)
      (should (equal (buffer-string) (concat before text))))))

(ert-deftest pillion-tests-why ()
  "The reason for nothing can be asked for."
  (pillion-tests-with "x = 1"
    (pillion-ask)
    (pillion-tests-until "there was an answer" (plist-get pillion-status :last))
    (should (stringp (plist-get (plist-get pillion-status :last) :sentence)))))

;;; tests.el ends here
