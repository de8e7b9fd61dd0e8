"""The interface as a client with login and JSON speaks to it, and an order as the portal sends it."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import falcon.testing

from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import CONTRACT

ROOT = "/odata/standard.odata"
LOGIN, PASSWORD = "Портал", "па:роль"
Result = falcon.testing.Result
ATOM = {"a": "http://www.w3.org/2005/Atom", "d": "http://schemas.microsoft.com/ado/2007/08/dataservices"}
EDM = "{http://schemas.microsoft.com/ado/2009/11/edm}"
REF = "0192f0c4-7c1e-7f00-8000-0000000000aa"


class Client:
    """Speaks to the interface as a client with login and JSON does."""

    def __init__(self, app: falcon.App[falcon.Request, falcon.Response]) -> None:
        self.http = falcon.testing.TestClient(app)
        self.login = f"{LOGIN}:{PASSWORD}"

    def ask(self, method: str, path: str, query: str = "$format=json", body: object = None, **headers: str) -> Result:
        basic = base64.b64encode(self.login.encode()).decode()
        told = {
            "Host": "127.0.0.1:8001",
            "Authorization": f"Basic {basic}",
            **{name.replace("_", "-"): one for name, one in headers.items()},
        }
        sent: dict[str, object] = (
            {} if body is None else {"body": json.dumps(body, ensure_ascii=False).encode(), "content_type": "application/json"}
        )
        return self.http.simulate_request(
            method, f"{ROOT}{quote(path, safe='/()=,$')}", query_string=quote(query, safe="$&=+"), headers=told, **sent
        )

    def values(self, path: str, query: str = "") -> list[dict[str, object]]:
        result = self.ask("GET", path, f"$format=json&{query}")
        assert result.status_code == 200, result.text
        found: list[dict[str, object]] = result.json["value"]
        return found

    def code(self, path: str, query: str = "", method: str = "GET", body: object = None) -> tuple[int, str]:
        """Status and number of a refusal."""
        result = self.ask(method, path, f"$format=json&{query}", body)
        return result.status_code, result.json["odata.error"]["code"]


def order_body(base: Infobase, good: str, **changed: object) -> dict[str, object]:
    """A body as the portal sends it."""
    with base.read() as db:
        contract, terms = next(one for one in objects.every(db, CONTRACT) if objects.flag(one[1], "УстановленСрокОплаты"))
    line = {"LineNumber": "1", "Номенклатура_Key": good, "КоличествоУпаковок": 10, "Количество": 10, "Цена": 5.1, "Сумма": 51}
    return {
        "Ref_Key": REF, "Date": "2026-11-20T14:00:00", "Контрагент_Key": terms["Контрагент_Key"], "Партнер_Key": terms["Партнер_Key"],
        "Договор_Key": contract, "Валюта_Key": terms["ВалютаВзаиморасчетов_Key"], "НомерПоДаннымКлиента": "P-55",
        "ДатаПоДаннымКлиента": "2026-11-20T00:00:00", "Комментарий": "до обеда", "Товары": [line], **changed,
    }  # fmt: skip
