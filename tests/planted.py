"""Secrets to plant: real formats, made up at run time so that no scanner finds them in here.

`kinds()` gives each kind with one text that holds it as people write it, and what of that text must
never be seen. The values are random, but the same in every run.
"""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass

UPPER, LOWER, DIGITS = string.ascii_uppercase, string.ascii_lowercase, string.digits
WORD = UPPER + LOWER + DIGITS
URL_SAFE = WORD + "-_"
BASE64 = WORD + "+/"
HEX = DIGITS + "abcdef"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of secret, in a text of the language it is written in."""

    name: str
    text: str
    secrets: tuple[str, ...]
    language: str = "python"

    def __str__(self) -> str:
        return self.name


def kinds(seed: int = 7) -> tuple[Kind, ...]:
    """Return every kind, with values from `seed`."""
    chance = random.Random(seed)  # noqa: S311 - no real secret.
    made = [*_tokens(chance), *_keys(chance), *_in_urls(chance), *_named(chance)]
    assert len({kind.name for kind in made}) == len(made)
    for kind in made:
        assert all(secret in kind.text for secret in kind.secrets), kind.name
    return tuple(made)


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def __call__(self, alphabet: str, size: int) -> str:
        """Return `size` characters, all classes of the alphabet among them."""
        while True:
            text = "".join(self._chance.choices(alphabet, k=size))
            classes = [c for c in (UPPER, LOWER, DIGITS) if set(c) & set(alphabet) and size > 8]
            if all(set(text) & set(c) for c in classes) and text[-1] in WORD:
                return text

    def uuid(self) -> str:
        return "-".join(self(HEX, size) for size in (8, 4, 4, 4, 12))


def _tokens(chance: random.Random) -> Iterator[Kind]:
    """Tokens that are known by their own shape, wherever they stand."""
    make = _Maker(chance)

    def kind(name: str, *parts: str, line: str = 'client = connect("{}")') -> Kind:
        token = "".join(parts)
        return Kind(name, line.format(token) + "\n", (token,))

    yield kind("AWS access key", "AK", "IA", make(UPPER + "234567", 16))
    yield kind("AWS temporary key", "AS", "IA", make(UPPER + "234567", 16), line="# used {} once")
    yield kind("GitHub classic token", "gh", "p_", make(WORD, 36))
    yield kind("GitHub fine-grained token", "github", "_pat_", make(WORD, 22), "_", make(WORD, 59))
    yield kind("GitHub app token", "gh", "s_", make(WORD, 36), line="$ git clone https://{}@host/x")
    yield kind("GitLab token", "gl", "pat-", make(URL_SAFE, 20))
    yield kind("GitLab runner token", "gl", "rt-", make(URL_SAFE, 20))
    digits = (make(DIGITS, 12), make(DIGITS, 12))
    yield kind("Slack bot token", "xo", "xb-", *(f"{part}-" for part in digits), make(WORD, 24))
    parts = ("A" + make(UPPER + DIGITS, 10), make(DIGITS, 13), make(HEX, 64))
    yield kind("Slack app token", "xa", "pp-1-", "-".join(parts))
    path = "/".join(("T" + make(UPPER, 10), "B" + make(UPPER, 10), make(WORD, 24)))
    yield kind("Slack webhook", "https://hooks.", "slack.com/services/", path)
    yield kind("Stripe live key", "sk", "_live_", make(WORD, 24))
    yield kind("Stripe restricted key", "rk", "_live_", make(WORD, 40))
    yield kind("OpenAI key", "s", "k-", make(WORD, 20), "T3Blbk", "FJ", make(WORD, 20))
    middle = "T3Blbk" + "FJ"
    project = ("sk-", "proj-", make(URL_SAFE, 58) + "a" * 16, middle, make(URL_SAFE, 74))
    yield kind("OpenAI project key", *project)
    yield kind("Anthropic key", "sk-", "ant-api03-", make(URL_SAFE, 93), "AA")
    yield kind("Hugging Face token", "h", "f_", make(UPPER + LOWER, 34))
    yield kind("npm token", "np", "m_", make(LOWER + DIGITS, 36))
    yield kind("PyPI token", "pypi-", "AgEIcHlwaS5v", "cmc", make(URL_SAFE, 90))
    yield kind("SendGrid key", "S", "G.", make(URL_SAFE, 22), ".", make(URL_SAFE, 43))
    yield kind("Twilio key", "S", "K", make(HEX, 32))
    parts = ("M" + make(URL_SAFE, 23), make(URL_SAFE, 6), make(URL_SAFE, 27))
    yield kind("Discord bot token", ".".join(parts))
    yield kind("Telegram bot token", make("123456789", 10), ":A", "A", make(URL_SAFE, 33))
    yield kind("Google API key", "AI", "za", make(URL_SAFE, 35))
    yield kind("Google OAuth secret", "GOC", "SPX-", make(URL_SAFE, 28))
    yield kind("Azure AD client secret", make(WORD, 3), "8", "Q~", make(WORD, 34))
    yield kind("DigitalOcean token", "do", "p_v1_", make(HEX, 64))
    yield kind("Mailchimp key", make(HEX, 32), "-us12", line='mailchimp_key = "{}"')
    yield kind("Shopify token", "shp", "at_", make(HEX, 32))
    yield kind("Vault token", "hv", "s.", make(URL_SAFE, 95))
    header, body = ({"alg": "HS256", "typ": "JWT"}, {"sub": make(DIGITS, 10), "name": "Jo"})
    jsons = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in (header, body)
    ]
    token = ".".join((*(part.rstrip("=") for part in jsons), make(URL_SAFE, 43)))
    yield kind("JSON web token", token, line='headers = {{"Authorization": "Bearer {}"}}')
    mixed = make(BASE64, 43) + "="
    yield kind("random characters", mixed, line='sign(payload, b"{}")')


def _keys(chance: random.Random) -> Iterator[Kind]:
    """Private keys of several kinds, in files and in code."""
    make = _Maker(chance)

    def block(kind: str, size: int = 640, width: int = 64) -> tuple[str, tuple[str, ...]]:
        body = make(BASE64, size - 2) + "=="
        lines = [body[start : start + width] for start in range(0, size, width)]
        edge = "-----{} " + kind + "-----"
        return "\n".join((edge.format("BEGIN"), *lines, edge.format("END"))), tuple(lines)

    for kind in ("RSA ", "EC ", "", "OPENSSH ", "DSA ", "ENCRYPTED "):
        text, lines = block(f"{kind}PRIVATE KEY")
        yield Kind(f"{kind}private key", f'KEY = """{text}\n"""\n', lines)
    text, lines = block("PGP PRIVATE KEY BLOCK")
    yield Kind("PGP private key", f"{text}\n", lines, "plaintext")
    text, lines = block("RSA PRIVATE KEY", 200)
    joined = " +\n".join(f'    "{line}\\n"' for line in text.split("\n"))
    yield Kind("private key in pieces", f"String key =\n{joined};\n", lines, "java")
    indented = "".join(f"    {line}\n" for line in text.split("\n"))
    yield Kind("private key in YAML", f"tls:\n  key: |\n{indented}name: x\n", lines, "yaml")
    account = {
        "type": "service_account",
        "project_id": "demo",
        "private_key_id": make(HEX, 40),
        "private_key": text + "\n",
        "client_email": "demo@demo.iam.gserviceaccount.com",
    }
    hidden = (account["private_key_id"], *lines)
    yield Kind("GCP service account", json.dumps(account, indent=2) + "\n", hidden, "json")


def _in_urls(chance: random.Random) -> Iterator[Kind]:
    """Passwords and keys inside addresses and connection strings."""
    make = _Maker(chance)
    for name, url in {
        "basic-auth URL": "https://deploy:{}@git.example.org/repo.git",
        "Postgres URL": "postgresql+psycopg://app:{}@db.internal:5432/app?sslmode=require",
        "MySQL URL": "mysql://root:{}@127.0.0.1/app",
        "MongoDB URL": "mongodb+srv://admin:{}@cluster0.ab1cd.mongodb.net/",
        "Redis URL": "redis://:{}@cache:6379/0",
        "AMQP URL": "amqps://svc:{}@mq/%2f",
    }.items():
        password = make(WORD, 12)
        yield Kind(name, f'url = "{url.format(password)}"\n', (password,))
    password = make(WORD, 10)
    text = f'var s = "Server=db;Database=app;User Id=sa;Password={password};Encrypt=true";\n'
    yield Kind("ADO connection string", text, (password,), "csharp")
    key = make(BASE64, 86) + "=="
    text = f"DefaultEndpointsProtocol=https;AccountName=demo;AccountKey={key};EndpointSuffix=x"
    yield Kind("Azure storage key", f'conn = "{text}"\n', (key,))
    token = make(HEX, 40)
    text = f'fetch("https://api.example.org/v1/items?limit=5&access_token={token}&page=1")\n'
    yield Kind("token in a query", text, (token,), "javascript")
    basic = base64.b64encode(f"admin:{make(WORD, 12)}".encode()).decode()
    yield Kind("basic-auth header", f'h["Authorization"] = "Basic {basic}"\n', (basic,))
    secret = make(WORD, 14)
    yield Kind(
        "curl with a password", f"curl -u admin:{secret} https://x.org\n", (secret,), "shellscript"
    )
    path = f"{make(DIGITS, 18)}/{make(URL_SAFE, 68)}"
    text = f'requests.post("https://discord.com/api/webhooks/{path}")\n'
    yield Kind("Discord webhook", text, (path.partition("/")[2],))


def _named(chance: random.Random) -> Iterator[Kind]:
    """Values that are secret because of what they are assigned to."""
    make = _Maker(chance)

    def kind(name: str, line: str, secret: str, language: str = "python") -> Kind:
        return Kind(name, line.replace("{}", secret) + "\n", (secret,), language)

    yield kind("AWS secret key", 'aws_secret_access_key = "{}"', make(BASE64, 40))
    yield kind("Heroku key", 'HEROKU_API_KEY = "{}"', make.uuid())
    yield kind("Twilio auth token", 'auth_token = "{}"', make(HEX, 32))
    yield kind("Datadog key", 'datadog_api_key="{}"', make(HEX, 32))
    word = "correct" + make(DIGITS, 3)
    yield kind("password", 'password = "{}"', word)
    yield kind("password of letters", "db_password = '{}'", "horse" + "battery")
    yield kind("password with signs", "self.smtp_passwd: str = 'T{}'", "r0ub4dor" + "&3;x")
    yield kind("password in JavaScript", "const dbPassword = `{}`;", make(WORD, 12), "javascript")
    yield kind("password in Go", 'Password: "{}",', make(WORD, 12), "go")
    yield kind("password in JSON", '  "password": "{}",', make(WORD, 9), "json")
    yield kind("password in YAML", "    password: {}", make(LOWER + DIGITS, 9), "yaml")
    yield kind("quoted password in YAML", "  db_pass: '{}'  # rotate", make(WORD, 9), "yaml")
    yield kind("secret in .env", "SECRET_KEY={}", make(WORD, 24), "dotenv")
    yield kind("exported token", "export DEPLOY_TOKEN={}", make(HEX, 32), "shellscript")
    yield kind("password in ini", "passwd = {}", make(WORD, 10), "ini")
    yield kind(
        "password in properties", "spring.datasource.password={}", make(WORD, 11), "properties"
    )
    yield kind("password in Terraform", '  master_password = "{}"', make(WORD, 14), "terraform")
    yield kind("password in Docker", "ENV POSTGRES_PASSWORD={}", make(WORD, 14), "dockerfile")
    yield kind("password as an argument", 'connect(host="x", password="{}")', make(WORD, 8))
    yield kind("password in PHP", "define('DB_PASSWORD', '{}');", make(WORD, 12), "php")
    yield kind("password as a default", 'os.environ.get("DB_PASSWORD", "{}")', make(WORD, 12))
    yield kind(
        "password on the command line", "mysql --password={} app", make(WORD, 9), "shellscript"
    )
    yield kind("compared password", 'if password == "{}":', make(WORD, 9))
    yield kind("password in XML", "<password>{}</password>", make(WORD, 9), "xml")
    yield kind("attribute in XML", '<add key="ApiSecret" value="{}" />', make(WORD, 24), "xml")
    yield kind("unfinished string", 'api_key = "{}', make(WORD, 20))
