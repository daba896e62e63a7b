"""Engines on other machines, over HTTP: llama-server, Ollama, anything that speaks OpenAI's API.

    engine     one server as an `Engine`: detection, healing by checking, time-outs, the audit
    llama_server, openai, ollama    what each kind of server is asked, and how it answers
    connection    HTTP: keys, proxies, certificates, bounded lines, one error for each fault
    endpoint, keys    which server, and the key for it
    patience, pacing    how long to wait for an answer, and before asking
    audit   what was sent lately, in memory only

Nothing here runs unless the user's settings name a server. Text leaves through one door,
`engine.HttpEngine.stream`, which hides secrets in it once more and takes note of it.
"""
