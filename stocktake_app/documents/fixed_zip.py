"""Saves a workbook so that equal contents are equal bytes: fixed times, empty properties."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from openpyxl import Workbook

FIXED_TIME = (2021, 1, 1, 0, 0, 0)

APP_PROPERTIES = (
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'extended-properties"><Application>Stocktake</Application></Properties>'
)
CORE_PROPERTIES = (
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    b'core-properties"></cp:coreProperties>'
)
FIXED_PARTS = {"docProps/app.xml": APP_PROPERTIES, "docProps/core.xml": CORE_PROPERTIES}
"""Parts that say who saved a file and when: the same in every workbook of ours."""


class FixedZip(ZipFile):
    """A zip file being written, in which nothing tells when or by whom."""

    def writestr(self, zinfo_or_arcname: str | ZipInfo, data: Any, *_: Any, **__: Any) -> None:
        """Add a part with these bytes, or with the fixed ones for its name."""
        name = getattr(zinfo_or_arcname, "filename", zinfo_or_arcname)
        super().writestr(_part(str(name)), FIXED_PARTS.get(str(name), data))

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Add a part from a file."""
        with Path(filename).open("rb") as source, self.open(_part(str(arcname)), "w") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)


def save_workbook(workbook: "Workbook", out: BinaryIO) -> None:
    """Write an openpyxl workbook to ``out``."""
    from openpyxl.writer.excel import ExcelWriter

    ExcelWriter(workbook, FixedZip(out, "w", ZIP_DEFLATED)).save()


def _part(name: str) -> ZipInfo:
    info = ZipInfo(name, FIXED_TIME)
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    info.create_system = 3
    return info
