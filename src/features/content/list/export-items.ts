import { fieldNames, type ContentSchema, type JsonValue } from '@core/content-schema'
import { OWN_TARGETS } from '@/features/content/list/import/columns'
import type { ItemDocument } from '@/features/content/queries/bulk'
import { csvLine, CSV_START, type CsvValue } from '@/lib/csv'

export type ExportFormat = 'csv' | 'json'

/** How many are asked for at a time (item_documents). */
export const PORTION = 1000

/**
 * The file, portion by portion. CSV has a column for each field where all items are of one type, and one with the data as JSON
 * where they are not; what is written here is read back by the import as it was.
 */
export async function* exportedItems(
  format: ExportFormat, ids: readonly string[], schema: ContentSchema | null, read: (portion: readonly string[]) => Promise<readonly ItemDocument[]>, onProgress: (done: number) => void,
): AsyncGenerator<string> {
  const fields = schema === null ? null : fieldNames(schema)
  yield format === 'csv' ? CSV_START + csvLine([...OWN_TARGETS, ...(fields?.map(columnName) ?? ['data'])]) : '{"format": "datasync.items", "version": 1, "items": ['
  let written = 0
  for (let index = 0; index < ids.length; index += PORTION) {
    const portion = ids.slice(index, index + PORTION)
    const items = await read(portion)
    yield items.map((item) => (format === 'csv' ? csvRow(item, fields) : `${written++ === 0 ? '' : ','}\n${JSON.stringify(item)}`)).join('')
    onProgress(index + portion.length)
  }
  if (format === 'json') yield '\n]}\n'
}

/** A field that is called as a part of the item is: the import knows it by its full name. */
function columnName(field: string): string {
  return OWN_TARGETS.some((own) => own === field) ? `data.${field}` : field
}

function csvRow(item: ItemDocument, fields: readonly string[] | null): string {
  const own: CsvValue[] = [item.id, item.type, item.title, item.status, item.publish_at, item.unpublish_at]
  return csvLine([...own, ...(fields?.map((field) => csvValue(item.data[field] as JsonValue | undefined)) ?? [JSON.stringify(item.data)])])
}

function csvValue(value: JsonValue | undefined): CsvValue {
  if (Array.isArray(value)) {
    const plain = value.filter((entry) => typeof entry === 'string' && entry !== '' && entry === entry.trim() && !/[;\n\r]/.test(entry)) as string[]
    const text = plain.join('; ')
    return plain.length === value.length && !text.startsWith('[') ? text : JSON.stringify(value)
  }
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}
