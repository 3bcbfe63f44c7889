/** What a cell may hold. Anything else is turned into text by whoever writes it: only they know how it should read. */
export type CsvValue = string | number | boolean | null | undefined

/** Spreadsheets take a file without this mark for one in the system's own encoding. Programs call the reading of it `utf-8-sig`. */
export const CSV_START = '\uFEFF'

/**
 * A cell that begins so is run as a formula by a spreadsheet that opens the file (OWASP, "CSV Injection"): = + - @, their full-width
 * and small variants, which some spreadsheets fold to them, a tab or a line break, and all of these after blanks, control and
 * invisible characters that are trimmed on the way in. Apostrophes before it are ours, see below.
 */
const FORMULA = /^'*(?:[\t\r\n]|[\s\p{C}']*[=+\-@＝＋－＠﹦﹢﹣﹫])/u

/**
 * The text behind an apostrophe, which every spreadsheet reads as "this is text". A text that has apostrophes before such a beginning
 * gets one more, so that `plainText` gives back exactly what was there.
 */
function harmless(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text
}

/** What a cell said before it was made harmless: for programs that read what `csvLine` has written. */
export function plainText(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell
}

/** One cell after RFC 4180. Numbers stay numbers, also negative ones: they come from us, and a number is no formula. */
function csvCell(value: CsvValue): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  const text = harmless(String(value))
  // Semicolons and tabs as well: where the comma is the decimal sign, spreadsheets separate by those.
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** One record, with the line end that RFC 4180 asks for. */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(csvCell).join(',')}\r\n`
}
