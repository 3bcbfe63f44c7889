-- "Load Demo Data": the smallest organization in which every idea of the product can be seen.

create function private.demo_schema() returns jsonb
language sql immutable set search_path = '' as $$
  select '{
    "type": "object",
    "x-order": ["headline", "body", "cta_text", "cta_url", "discount", "theme", "start_date", "end_date"],
    "required": ["headline", "cta_text", "cta_url", "theme"],
    "properties": {
      "headline": {"type": "string", "title": "Headline", "maxLength": 90, "x-field-id": "f_headline", "x-widget": "text"},
      "body": {"type": "string", "title": "Body", "format": "markdown", "maxLength": 4000, "x-field-id": "f_body", "x-widget": "markdown"},
      "cta_text": {"type": "string", "title": "Button text", "maxLength": 40, "x-field-id": "f_cta_text", "x-widget": "text"},
      "cta_url": {"type": "string", "title": "Button link", "format": "uri", "x-field-id": "f_cta_url", "x-widget": "url"},
      "discount": {"type": "number", "title": "Discount, percent", "minimum": 0, "maximum": 100, "x-field-id": "f_discount", "x-widget": "number"},
      "theme": {"type": "string", "title": "Theme", "enum": ["autumn", "service", "finance"], "x-field-id": "f_theme", "x-widget": "select"},
      "start_date": {"type": "string", "title": "Starts on", "format": "date", "x-field-id": "f_start_date", "x-widget": "date"},
      "end_date": {"type": "string", "title": "Ends on", "format": "date", "x-field-id": "f_end_date", "x-widget": "date"}
    }
  }'::jsonb
$$;

create function private.load_demo_data() returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_organization uuid := private.require_role('editor', 'load the demo data');
  v_user uuid := auth.uid();
  v_type uuid;
  v_year integer := extract(year from now());
  v_made integer;
  v_created integer := 0;
begin
  insert into public.content_types (organization_id, name, title, description, schema, created_by)
  values (v_organization, 'offer_banner', 'Offer banner', 'A limited offer with a headline, a few words and one button.', private.demo_schema(), v_user)
  on conflict (organization_id, name) do nothing;
  get diagnostics v_made = row_count;
  v_created := v_created + v_made;
  select t.id into v_type from public.content_types t where t.organization_id = v_organization and t.name = 'offer_banner';

  -- One of the three fails its next attempt once, so that the first run shows a warning and a retry that heals.
  insert into public.sites (organization_id, name, slug, region, failure_rate, fail_next) values
    (v_organization, 'Facebook Campaign', 'facebook', 'North', 15, 0),
    (v_organization, 'Google Campaign', 'google', 'South', 15, 1),
    (v_organization, 'Instagram Campaign', 'instagram', 'West', 15, 0)
  on conflict (organization_id, slug) do nothing;
  get diagnostics v_made = row_count;
  v_created := v_created + v_made;

  insert into public.content_items (organization_id, type_id, title, data, status, created_by, updated_by)
  select v_organization, v_type, d.title, d.data, d.status, v_user, v_user
  from (values
    ('Fall Savings Event', 'published', jsonb_build_object(
      'headline', 'Fall Savings Event',
      'body', e'Cooler nights are coming. Book your furnace tune-up now and take **20% off** any heating service.\n\n- Certified technicians, on time\n- Every visit ends with a written report\n- Evening and Saturday visits at no extra charge',
      'cta_text', 'Claim 20% off', 'cta_url', 'https://example.com/fall-savings', 'discount', 20, 'theme', 'autumn',
      'start_date', make_date(v_year, 9, 1), 'end_date', make_date(v_year, 11, 30))),
    ('Free Installation', 'published', jsonb_build_object(
      'headline', 'Free installation this month',
      'body', e'Choose any new heat pump or furnace and we install it **for free**: delivery, fitting and taking the old unit away.\n\nThe date is yours to pick. Most homes are done in *one day*.',
      'cta_text', 'Book now', 'cta_url', 'https://example.com/free-installation', 'theme', 'service',
      'start_date', make_date(v_year, 11, 1), 'end_date', make_date(v_year, 12, 31))),
    ('0% Financing 12mo', 'published', jsonb_build_object(
      'headline', '0% financing for 12 months',
      'body', e'Comfort now, paid in twelve equal parts. No interest, no fee, no small print that changes it.\n\nThe answer takes *about two minutes* and does not touch your credit score.',
      'cta_text', 'See what you would pay', 'cta_url', 'https://example.com/financing', 'discount', 0, 'theme', 'finance',
      'start_date', make_date(v_year, 10, 1), 'end_date', make_date(v_year + 1, 1, 31))),
    ('Veterans Day Special', 'draft', jsonb_build_object(
      'headline', 'Thank you, veterans',
      'body', 'A free safety inspection for everyone who served. Final wording is with the legal team.',
      'cta_text', 'Reserve a visit', 'cta_url', 'https://example.com/veterans', 'theme', 'service',
      'start_date', make_date(v_year, 11, 11), 'end_date', make_date(v_year, 11, 17)))
  ) d(title, status, data)
  where not exists (select 1 from public.content_items i
    where i.organization_id = v_organization and i.type_id = v_type and i.title = d.title);
  get diagnostics v_made = row_count;
  v_created := v_created + v_made;

  insert into public.site_item_mappings (organization_id, site_id, item_id, mode, overrides, position)
  select v_organization, s.id, i.id, m.mode, m.overrides, m.position
  from (values
    ('facebook', 'Fall Savings Event', 'full', '{}'::jsonb, 0),
    ('facebook', 'Free Installation', 'override', '{"cta_text": "Book on Facebook"}', 1),
    ('google', 'Fall Savings Event', 'block', '{}', 0),
    ('google', '0% Financing 12mo', 'full', '{}', 1),
    ('instagram', 'Free Installation', 'full', '{}', 0),
    ('instagram', 'Fall Savings Event', 'full', '{}', 1),
    ('instagram', '0% Financing 12mo', 'full', '{}', 2)
  ) m(slug, title, mode, overrides, position)
  join public.sites s on s.organization_id = v_organization and s.slug = m.slug
  join public.content_items i on i.organization_id = v_organization and i.type_id = v_type and i.title = m.title
  on conflict (site_id, item_id) do nothing;
  get diagnostics v_made = row_count;
  v_created := v_created + v_made;

  return jsonb_build_object('sites', 3, 'items', 4, 'created', v_created > 0);
end $$;

create function public.load_demo_data() returns jsonb
language sql set search_path = '' as $$ select private.load_demo_data() $$;
comment on function public.load_demo_data() is
  'Adds the demo''s content type, sites, items and mappings to the active organization where they are missing; what is there stays as it is. {sites, items, created}.';
grant execute on function private.load_demo_data(), public.load_demo_data() to authenticated;
