"""Print what LibreOffice's own API says of the signatures of OOXML files, a line of JSON for each.

Run by the system's Python, which has LibreOffice's ``uno`` module: ``libreoffice_signatures.py
PORT FILE...``. LibreOffice must already listen on the port of this machine; it is ended afterwards.
Instead of signatures a line may hold a text: that a file cannot be opened, or that LibreOffice
crashed over it, which ends the run.
"""

import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException
from com.sun.star.uno import Exception as UnoException

SECONDS_TO_START = 60
CRASHED = "crashes"
READ = 1  # com.sun.star.embed.ElementModes.READ


def main() -> None:
    port, *paths = sys.argv[1:]
    context = connect(port)
    for path in paths:
        found = asked(context, Path(path))
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        if found == CRASHED:
            return
    with suppress(DisposedException):
        service(context, "com.sun.star.frame.Desktop").terminate()


def asked(context: Any, path: Path) -> list[dict[str, Any]] | str:
    try:
        return signatures(context, path)
    except DisposedException:
        return CRASHED
    except UnoException:
        return "cannot be opened"


def connect(port: str) -> Any:
    local = uno.getComponentContext()
    resolver = service(local, "com.sun.star.bridge.UnoUrlResolver")
    address = f"uno:socket,host=127.0.0.1,port={port};urp;StarOffice.ComponentContext"
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            return resolver.resolve(address)
        except NoConnectException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def signatures(context: Any, path: Path) -> list[dict[str, Any]]:
    name = "com.sun.star.security.DocumentDigitalSignatures"
    verifier = context.ServiceManager.createInstanceWithArgumentsAndContext(name, ("1.2",), context)
    found = verifier.verifyDocumentContentSignatures(storage(context, path), None)
    return [
        {
            "signature_is_valid": one.SignatureIsValid,
            "certificate_status": one.CertificateStatus,
            "subject": one.Signer.SubjectName,
            "partial": one.PartialDocumentSignature,
        }
        for one in found
    ]


def storage(context: Any, path: Path) -> Any:
    factory = service(context, "com.sun.star.embed.StorageFactory")
    as_zip = PropertyValue()
    as_zip.Name, as_zip.Value = "StorageFormat", "ZipFormat"
    properties = uno.Any("[]com.sun.star.beans.PropertyValue", (as_zip,))
    arguments = (path.resolve().as_uri(), READ, properties)
    return uno.invoke(factory, "createInstanceWithArguments", (arguments,))


def service(context: Any, name: str) -> Any:
    return context.ServiceManager.createInstanceWithContext(name, context)


if __name__ == "__main__":
    main()
