"""What is written, and what somebody types who looks for it."""

PROBES = [
    ("matériel périmé", "perime"),
    ("PÉRIMÉ", "périmé"),
    ("MATÉRIEL œuvre", "oeuvre"),
    ("l'entrepôt", "entrepot"),
    ("مُسْتَوْدَع", "مستودع"),
    ("مستودع", "مُستودع"),
    ("أدوية", "ادوية"),
    ("صلاحية", "صلاحيه"),
    ("مستـــودع", "مستودع"),
    ("والمستودع", "مستودع"),
    ("عدد ١٢٣", "123"),
    ("مستشفى", "مستشفي"),
    ("x\u200fمستودع", "مستودع"),
]
