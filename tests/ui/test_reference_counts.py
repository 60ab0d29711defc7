"""PySide 6.12 steals a reference at every call under Python 3.11 and ends the process."""

import subprocess
import sys

COUNT = """
import sys
from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication([])
label, model = QLabel("text"), QStringListModel(["one"])
index = model.index(0, 0)

def calls():
    for _ in range(500):
        label.setText("text")
        label.setVisible(False)
        label.isVisible()
        label.isEnabled()
        model.data(index, 99)
        application.processEvents()

calls()
before = [sys.getrefcount(one) for one in (None, True, False)]
calls()
after = [sys.getrefcount(one) for one in (None, True, False)]
print(max(abs(one - other) for one, other in zip(before, after)))
"""


def test_calls_into_qt_leave_the_counts_of_none_true_and_false_alone() -> None:
    done = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 50
