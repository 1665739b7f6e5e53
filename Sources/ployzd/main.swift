import ArgumentParser
import AsyncHTTPClient
import Crypto
import Hummingbird
import HummingbirdTLS
import ServiceLifecycle
import Subprocess
import TOMLKit
import X509
print("seed")
