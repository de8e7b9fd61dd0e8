-- Products, companies and orders by the hundred thousand; values with a colon are bound: see large_data.py.

INSERT INTO core_product (
  id, article, name, full_name, description, category_id, unit, unit_code, vat_rate, minimum, multiple, producer, barcode, attributes,
  search_text, active, updated_at
)
SELECT
  md5('p' || n)::uuid, 'PE-' || lpad(n::text, 6, '0'), kind.name || ' ' || lpad(n::text, 6, '0'), '', '', groups.ids[1 + n % 40], 'кг', '166',
  20, 25, 25, 'Завод ' || n % 300, '', '{}', replace(kind.spelled, '000000', lpad(n::text, 6, '0')), true, now() - (n % 400) * interval '1 day'
FROM generate_series(0, :products - 1) AS n
JOIN unnest(CAST(:names AS text[]), CAST(:spelled AS text[])) WITH ORDINALITY AS kind(name, spelled, place)
  ON kind.place = 1 + n % CAST(:kinds AS integer),
  (SELECT array_agg(id ORDER BY name) AS ids FROM core_category) AS groups;

INSERT INTO core_packaging (id, product_id, name, factor, position)
SELECT gen_random_uuid(), id, 'мешок', 25, 0 FROM core_product;

INSERT INTO core_price (price_type_id, product_id, min_quantity, value, as_of)
SELECT t.id, p.id, least, 4.62 + abs(hashtext(p.article) % 97), now()
FROM core_price_type t, core_product p, unnest(ARRAY[0, 1000]) AS least;

INSERT INTO core_stock (product_id, warehouse_id, quantity, as_of)
SELECT p.id, w.id, 9000, now() FROM core_product p, core_warehouse w;

INSERT INTO core_company (id, name, region, profile, suspended, created_at)
SELECT md5('c' || n)::uuid, 'Клиент ' || n, 'Регион ' || n % 20, p.profile, false, now() - (n % 900) * interval '1 day'
FROM generate_series(1, :companies - 1) AS n, (SELECT profile FROM core_company LIMIT 1) AS p;

INSERT INTO core_legal_entity (id, company_id, name, full_name, tax_id, tax_code, address, active)
SELECT md5('e' || n)::uuid, md5('c' || n)::uuid, 'ООО Клиент ' || n, '', lpad(n::text, 9, '0'), '', '', true
FROM generate_series(1, :companies - 1) AS n;

INSERT INTO core_contract (
  id, company_id, legal_entity_id, number, price_type_id, currency, payment_delay_days, whole_catalogue, active
)
SELECT md5('k' || n)::uuid, md5('c' || n)::uuid, md5('e' || n)::uuid, 'Д-' || n, t.id, 'BYN', 14, true, true
FROM generate_series(1, :companies - 1) AS n, core_price_type t;

INSERT INTO core_order (
  id, company_id, source, number, legal_entity_id, contract_id, placed_by, placed_at, status, address, comment, currency, net, vat, total,
  paid, erp_state, erp_number, erp_version
)
SELECT
  md5('o' || n)::uuid, mine.company_id, 'portal', 'П-' || lpad(n::text, 8, '0'), mine.legal_entity_id, mine.id, mine.user_id,
  now() - (n % 700) * interval '1 day' - n * interval '1 second', (ARRAY['placed', 'confirmed', 'shipped', 'closed'])[1 + n % 4], '', '',
  'BYN', 1000 + n % 5000, 200 + n % 1000, 1200 + n % 6000, n % 3 = 0, 'posted', 'УТ-' || n, ''
FROM generate_series(0, :orders - 1) AS n
JOIN LATERAL (
  SELECT company_id, id, legal_entity_id, NULL::uuid AS user_id FROM core_contract
  WHERE n % 50 > 0 AND id = md5('k' || (1 + n % (:companies - 1)))::uuid
  UNION ALL
  SELECT :company, :contract, :entity, :buyer WHERE n % 50 = 0
) AS mine ON true;

INSERT INTO core_order_line (
  id, company_id, order_id, position, product_id, article, name, unit, factor, quantity, base_unit, base_unit_code, base_quantity, price,
  vat_included, vat_rate, net, vat, total, explanation
)
SELECT
  gen_random_uuid(), o.company_id, o.id, place, p.id, p.article, p.name, 'мешок', 25, 2, 'кг', '166', 50, 4.62, false, 20, 231, 46.2, 277.2,
  '[]'
FROM (SELECT id, company_id, abs(hashtext(number) % 1000000) AS h FROM core_order) AS o CROSS JOIN generate_series(0, 2) AS place
JOIN core_product p ON p.id = md5('p' || ((o.h + place * 7919) % :products))::uuid;

INSERT INTO core_order_event (id, company_id, order_id, kind, at, exact, actor, note)
SELECT gen_random_uuid(), company_id, id, status, placed_at, true, '', '' FROM core_order;

INSERT INTO core_cart (id, company_id, user_id, contract_id, version, total, updated_at)
VALUES (md5('cart')::uuid, :company, :buyer, :contract, 1, NULL, now());

INSERT INTO core_cart_line (
  id, company_id, user_id, cart_id, product_id, unit, quantity, base_quantity, seen_price, seen_free, position
)
SELECT
  gen_random_uuid(), :company, :buyer, md5('cart')::uuid, p.id, 'мешок', 2, 50, NULL, NULL, row_number() OVER (ORDER BY p.id)
FROM (
  SELECT id FROM core_product WHERE category_id IN (SELECT category_id FROM core_contract_category) ORDER BY id LIMIT :cart
) AS p;
