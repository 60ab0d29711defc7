"""Sentences about answers, in the languages of the product."""

_MESSAGES: dict[str, dict[str, str]] = {
    "required": {
        "en": "This question needs an answer.",
        "fr": "Cette question attend une réponse.",
        "es": "Esta pregunta necesita una respuesta.",
        "ar": "هذا السؤال يحتاج إلى إجابة.",
    },
    "constraint": {
        "en": "This answer is not allowed here.",
        "fr": "Cette réponse n’est pas admise ici.",
        "es": "Esta respuesta no se admite aquí.",
        "ar": "هذه الإجابة غير مقبولة هنا.",
    },
    "unchecked": {
        "en": "The form’s rule for this answer cannot be checked: {reason}",
        "fr": "La règle du formulaire pour cette réponse ne peut pas être vérifiée : {reason}",
        "es": "No se puede comprobar la regla del formulario para esta respuesta: {reason}",
        "ar": "تعذّر التحقق من قاعدة النموذج لهذه الإجابة: {reason}",
    },
    "integer": {
        "en": "“{value}” is not a whole number; write one such as 12.",
        "fr": "« {value} » n’est pas un nombre entier ; écrivez par exemple 12.",
        "es": "«{value}» no es un número entero; escriba por ejemplo 12.",
        "ar": "«{value}» ليس عددًا صحيحًا؛ اكتب مثلًا 12.",
    },
    "decimal": {
        "en": "“{value}” is not a number; write one such as 12.5.",
        "fr": "« {value} » n’est pas un nombre ; écrivez par exemple 12.5.",
        "es": "«{value}» no es un número; escriba por ejemplo 12.5.",
        "ar": "«{value}» ليس رقمًا؛ اكتب مثلًا 12.5.",
    },
    "range": {
        "en": "“{value}” is not on the scale from {start} to {end} in steps of {step}.",
        "fr": "« {value} » n’est pas sur l’échelle de {start} à {end} par pas de {step}.",
        "es": "«{value}» no está en la escala de {start} a {end} en pasos de {step}.",
        "ar": "«{value}» ليس على المقياس من {start} إلى {end} بخطوة {step}.",
    },
    "date": {
        "en": "“{value}” is not a date; write year-month-day, such as 2021-04-28.",
        "fr": "« {value} » n’est pas une date ; écrivez année-mois-jour, par exemple 2021-04-28.",
        "es": "«{value}» no es una fecha; escriba año-mes-día, por ejemplo 2021-04-28.",
        "ar": "«{value}» ليس تاريخًا؛ اكتب السنة-الشهر-اليوم، مثلًا 2021-04-28.",
    },
    "time": {
        "en": "“{value}” is not a time of day; write one such as 14:30.",
        "fr": "« {value} » n’est pas une heure ; écrivez par exemple 14:30.",
        "es": "«{value}» no es una hora; escriba por ejemplo 14:30.",
        "ar": "«{value}» ليس وقتًا؛ اكتب مثلًا 14:30.",
    },
    "dateTime": {
        "en": "“{value}” is not a date and time; write one such as 2021-04-28T14:30.",
        "fr": "« {value} » n’est pas une date avec heure ; écrivez par exemple 2021-04-28T14:30.",
        "es": "«{value}» no es una fecha con hora; escriba por ejemplo 2021-04-28T14:30.",
        "ar": "«{value}» ليس تاريخًا ووقتًا؛ اكتب مثلًا 2021-04-28T14:30.",
    },
    "geopoint": {
        "en": "“{value}” is not a place; write latitude and longitude, such as 14.69 -17.45.",
        "fr": "« {value} » n’est pas un lieu ; écrivez latitude et longitude, ainsi 14.69 -17.45.",
        "es": "«{value}» no es un lugar; escriba latitud y longitud, por ejemplo 14.69 -17.45.",
        "ar": "«{value}» ليس موقعًا؛ اكتب خط العرض وخط الطول، مثلًا 14.69 -17.45.",
    },
    "choice": {
        "en": "“{value}” is not among the choices; choose again.",
        "fr": "« {value} » ne figure pas parmi les choix ; choisissez de nouveau.",
        "es": "«{value}» no está entre las opciones; elija de nuevo.",
        "ar": "«{value}» ليس بين الخيارات؛ اختر من جديد.",
    },
    "too long": {
        "en": "This answer is longer than {limit} characters; shorten it.",
        "fr": "Cette réponse dépasse {limit} caractères ; raccourcissez-la.",
        "es": "Esta respuesta supera los {limit} caracteres; acórtela.",
        "ar": "هذه الإجابة أطول من {limit} حرف؛ اختصرها.",
    },
}


def message(key: str, language: str, **facts: str) -> str:
    """Return a sentence in a language (a code such as ``fr``), in English when there is none."""
    sentences = _MESSAGES[key]
    return sentences.get(language[:2], sentences["en"]).format(**facts)
