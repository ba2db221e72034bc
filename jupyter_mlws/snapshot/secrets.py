"""Files that look like secrets by their names. They stay behind unless `.mlwsignore` says ``!``."""

import re

NAMES = re.compile(
    r"""(?ix)
    \.env(\..+)? | .+\.env | \.envrc
    | id_(rsa|dsa|ecdsa|ed25519)(_sk)? | .+\.(pem|p12|pfx|ppk|jks|keystore|kdbx)
    | [._]netrc | \.pgpass | \.pypirc | \.npmrc | \.git-credentials | \.htpasswd
    | \.databrickscfg | \.vault-token | kaggle\.json | kubeconfig | \.kubeconfig
    | client_secrets?.*\.json | service[-_]?account.*\.json | application_default_credentials\.json
    """
)
EXAMPLES = re.compile(r"(?i)\.env\.(example|sample|template|dist|defaults)|(example|sample)\.env")
PATHS = re.compile(
    r"(?i)(.*/)?(\.aws/(credentials|config)|\.kube/config|\.docker/config\.json"
    r"|\.cargo/credentials(\.toml)?|\.config/gh/hosts\.yml)"
)
FOLDERS = frozenset({".ssh", ".gnupg", ".aws", ".azure", ".kube"})


def looks_secret(path: str, is_folder: bool) -> bool:
    """Does the last part of `path`, relative to the folder that is taken, look like a secret?"""
    name = path.rpartition("/")[2]
    if is_folder:
        return name in FOLDERS
    if EXAMPLES.fullmatch(name):
        return False
    return bool(NAMES.fullmatch(name) or PATHS.fullmatch(path))
