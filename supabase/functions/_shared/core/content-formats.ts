/**
 * What each `format` of a content type's field accepts.
 *
 * The SQL validator that guards publishing uses these expressions letter for letter, so they keep to what JavaScript
 * (flags `us`) and PostgreSQL's advanced regular expressions read alike: explicit ASCII classes instead of `\s`, `\w`
 * or `\d` (PostgreSQL's follow the locale), no lazy quantifiers, no named groups.
 */

const plainUrlCharacter = String.raw`[^ \t\n\r<>"\\]`

/** Calendar dates of the years 0001 to 9999 in the Gregorian calendar, leap days included: 2026-02-29 does not match. */
const calendarDate =
  '(?!0000)(' +
  '[0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|' +
  '[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)|' +
  '[0-9]{4}-02-(0[1-9]|1[0-9]|2[0-8])|' +
  '([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)'

/** ISO 8601; seconds and the zone may be left out (a campaign's own local time, what a date-time input yields). */
const clockTime =
  '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?'

export const formatPatterns = {
  // An absolute http(s) address, or a path on the same site. `//host` is refused: a browser reads it as another site.
  uri:
    `^(https?://[^ \\t\\n\\r<>"\\\\/?#]+([/?#]${plainUrlCharacter}*)?` +
    `|/([^ \\t\\n\\r<>"\\\\/]${plainUrlCharacter}*)?)$`,
  email: "^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+$",
  date: `^${calendarDate}$`,
  'date-time': `^${calendarDate}T${clockTime}$`,
  color: '^#[0-9a-fA-F]{6}$',
  // An item's id, as PostgreSQL prints it.
  uuid: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
} as const

export type CheckedFormat = keyof typeof formatPatterns

export const formatMessages: Readonly<Record<CheckedFormat, string>> = {
  uri: 'must be a web address (https://…)',
  email: 'must be an e-mail address',
  date: 'must be a date (YYYY-MM-DD)',
  'date-time': 'must be a date and time (ISO 8601)',
  color: 'must be a colour (#rrggbb)',
  uuid: 'must be an item (its id)',
}
