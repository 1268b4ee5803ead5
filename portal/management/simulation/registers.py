"""Invent people and what the registers of other agencies know of them, seeded. Nobody of them exists."""

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.catalogue.rules import ALPHABET, check_character

Record = dict[str, Any]

CITIES = {"Sumqayıt": "abc", "Gəncə": "ab", "Şəki": "a", "Lənkəran": "ab"}
CITY_OF = {
    "sumgait-city-hall": "Sumqayıt",
    "ganja-city-hall": "Gəncə",
    "sheki-city-hall": "Şəki",
    "lankaran-city-hall": "Lənkəran",
}
SPOTS = {"Sumqayıt": (40.585, 49.66), "Gəncə": (40.68, 46.36), "Şəki": (41.195, 47.17), "Lənkəran": (38.75, 48.85)}
PEOPLE_IN = {"Sumqayıt": 9, "Gəncə": 7, "Şəki": 2, "Lənkəran": 3}
STREETS = ("Nizami", "Sülh", "Füzuli", "Xaqani", "Nəriman Nərimanov", "Səməd Vurğun", "28 May", "Koroğlu", "Azadlıq")
WOMEN = ("Aygün", "Günel", "Sevda", "Lalə", "Nərmin", "Fidan", "Ülviyyə", "Könül", "Xədicə", "Arzu", "Təranə", "Mina")
MEN = ("Anar", "Elçin", "Kamran", "Rüfət", "Tural", "Vüqar", "Zaur", "Emin", "Hikmət", "Ceyhun", "Natiq", "Sənan")
FAMILIES = ("Abbasov", "Babayev", "Cabbarov", "Dadaşov", "Eyvazov", "Fətullayev", "Hacıyev", "İbrahimov", "Kərimov")
FAMILIES += ("Lətifov", "Mustafayev", "Nəsirov", "Orucov", "Paşayev", "Rüstəmov", "Süleymanov", "Vəliyev", "Zeynalov")
MODELS = ("Kia Rio", "Hyundai Accent", "Lada Vesta", "Toyota Corolla", "Chevrolet Aveo")
LANGUAGES = ["az"] * 16 + ["en", "fr", "fr", "ar"]


@dataclass(frozen=True)
class Home:
    """An address as people write it."""

    city: str
    street: str
    house: str
    zone: str

    @property
    def key(self) -> str:
        return f"{self.city}|{self.street}|{self.house}"

    def written(self, apartment: str = "") -> dict[str, str]:
        return {"city": self.city, "street": self.street, "house": self.house, "apartment": apartment}


@dataclass(frozen=True)
class Person:
    """Somebody who asks for a service, as the population register knows them."""

    pin: str
    name: str
    sex: str
    birth_date: date
    home: Home
    apartment: str
    card_number: str
    language: str
    number: int

    @property
    def email(self) -> str:
        return f"resident{self.number}@simulated.example"

    @property
    def phone(self) -> str:
        return f"+994 50 {200 + self.number // 10000:03} {self.number // 100 % 100:02} {self.number % 100:02}"

    @property
    def address(self) -> dict[str, str]:
        return self.home.written(self.apartment)


class Registers:
    """The registers while they are being filled; each invented thing has a number of its own."""

    def __init__(self, chance: random.Random, today: date) -> None:
        self.chance, self.today = chance, today
        self.records: dict[str, dict[str, Record]] = defaultdict(dict)
        self._count = 0

    def number(self) -> int:
        self._count += 1
        return self._count

    def tell(self, register: str, key: str, **record: Any) -> None:
        """Let a register know something."""
        self.records[register][key] = record

    def city(self) -> str:
        return self.chance.choices(list(PEOPLE_IN), list(PEOPLE_IN.values()))[0]

    def home(self, city: str, *, owner_pin: str = "", **known: Any) -> Home:
        """Build a house that no one else has, known to the registers of addresses and of properties."""
        home = Home(city, f"{self.chance.choice(STREETS)} küçəsi", f"{1000 + self.number()}", self._zone(city))
        usual = {"dwellings": 1.0, "residents": 3.0, "full": False, "stalls_allowed": True}
        place = {"city": city, "street": home.street, "house": home.house, "zone": home.zone, "owner_pin": owner_pin}
        self.tell("addresses", home.key, **{**usual, "protected_zone": False, "near_school": False, **place, **known})
        if owner_pin:
            self.tell("properties", home.key, **self.property(owner_pin))
        return home

    def _zone(self, city: str) -> str:
        return self.chance.choice(CITIES[city])

    def property(self, owner_pin: str, parcel: str = "", **known: Any) -> Record:
        usual = {"kind": "flat", "area_m2": 70.0, "registered": "2016-06-01"}
        state = {"locked": False, "mortgaged": False, "digitised": True}
        return {"owner_pin": owner_pin, "parcel": parcel, **usual, **state, **known}

    def person(self, city: str, *, sex: str = "", age: int | None = None, **known: Any) -> Person:
        """Let somebody live in a city; `known` replaces what the population register says."""
        number = self.number()
        sex = sex or self.chance.choice("fm")
        years = self.chance.randint(19, 69) if age is None else age
        person = Person(
            pin=self._pin(number),
            name=self._name(sex),
            sex=sex,
            birth_date=self.today - timedelta(days=365 * years + self.chance.randint(10, 350)),
            home=self.home(city),
            apartment=str(self.chance.randint(1, 40)),
            card_number=f"AA{1000000 + number}",
            language=self.chance.choice(LANGUAGES),
            number=number,
        )
        self.tell("population", person.pin, **{**_of(person), **known})
        return person

    def _pin(self, number: int) -> str:
        """Give an identifier that begins with 8 or 9 and holds the number, so that no two are alike."""
        places = ""
        for _ in range(5):
            number, place = divmod(number, len(ALPHABET))
            places = ALPHABET[place] + places
        start = self.chance.choice("89") + places
        return start + check_character(start)

    def _name(self, sex: str) -> str:
        family = self.chance.choice(FAMILIES)
        given = self.chance.choice(WOMEN if sex == "f" else MEN)
        return f"{given} {family}{'a' if sex == 'f' else ''}"

    def couple(self, city: str, *, married: bool) -> tuple[Person, Person]:
        """Give a woman and a man, married to each other or both single."""
        state = {"marital_status": "married" if married else "single"}
        wife, husband = (self.person(city, sex=sex, age=self.chance.randint(20, 42), **state) for sex in "fm")
        for one, other in ((wife, husband), (husband, wife)):
            if married:
                self.tell("marriages", one.pin, state="married", spouse_pin=other.pin, since="2019-06-15")
        return wife, husband

    def vehicle(self, **known: Any) -> str:
        """Give the plate of a car; `known` tells whose it is."""
        number = self.number()
        letters = ALPHABET[10 + number // 1000 % 24] + ALPHABET[10 + number // 24000 % 24]
        plate = f"{50 + number // 576000 % 40}-{letters}-{number % 1000:03}"
        usual = {"owner_pin": "", "owner_tax_id": "", "lessee_pin": "", "model": self.chance.choice(MODELS)}
        usual |= {"electric": False, "first_registered": "2019-04-01", "inspected_until": "2027-04-30"}
        self.tell("vehicles", plate, **{**usual, **known})
        return plate

    def parcel(self, city: str, owner_pin: str, **known: Any) -> str:
        """Give the number of a parcel."""
        number = self.number()
        parcel = f"AZ-{1000 + number // 10000:04}-{number % 10000:04}"
        usual = {"zoning": "residential", "area_m2": 500.0, "protected_zone": False, "max_height_m": 9.0}
        usual |= {"max_coverage_percent": 40.0, "built_area_m2": 100.0, "min_border_m": 3.0}
        self.tell("parcels", parcel, **{"owner_pin": owner_pin, "city": city, **usual, **known})
        return parcel

    def business(self, owner: Person, *, debt: float = 0.0, hygiene: str = "2028-01-31", **known: Any) -> str:
        """Give the tax number of a business."""
        start = f"{200000000 + self.number()}"
        digits = sum(place * int(digit) for place, digit in enumerate(start, start=1))
        tax_id = f"{start}{digits % 11 % 10}"
        self.tell("tax", tax_id, **{"name": "MMC", "active": True, "debt": debt, "owner_pin": owner.pin, **known})
        place = {"legal_form": "sole_trader", "city": owner.home.city, "active": True, "licences": 0.0}
        self.tell("businesses", tax_id, name="MMC", **place, hygiene_valid_until=hygiene)
        return tax_id

    def iban(self) -> str:
        """Give a bank account by ISO 13616."""
        account = f"SIMU{self.number():020}"
        digits = int("".join(str(int(character, 36)) for character in f"{account}AZ00"))
        return f"AZ{98 - digits % 97:02}{account}"


def _of(person: Person) -> Record:
    """Give what the population register says of a person."""
    where = {"city": person.home.city, "street": person.home.street, "house": person.home.house}
    usual = {"spouse_pin": "", "mother_pin": "", "father_pin": "", "marital_status": "single", "nationality": "AZ"}
    return {
        "name": person.name,
        "birth_date": person.birth_date.isoformat(),
        "sex": person.sex,
        **where,
        "apartment": person.apartment,
        "zone": person.home.zone,
        **usual,
        "card_number": person.card_number,
        "cards_lost_24_months": 0.0,
        "disability_badge": "",
        "alive": True,
    }
