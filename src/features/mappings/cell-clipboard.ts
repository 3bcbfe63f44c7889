import { CELLS_MIME, fromPayload, fromText, toPayload, toText, type Block, type CopiedCell } from '@/features/mappings/clipboard'

/** What was copied last, for ways to the clipboard that carry text alone (a button, a browser that drops other types). */
let last: { text: string; block: Block } | null = null

export function remember(cells: readonly (readonly CopiedCell[])[]): { text: string; payload: string } {
  const text = toText(cells)
  const payload = toPayload(cells)
  const block = fromPayload(payload)
  last = block === null ? null : { text, block }
  return { text, payload }
}

export function blockOf(text: string, payload = ''): Block | null {
  const own = payload === '' ? null : fromPayload(payload)
  if (own !== null) return own
  const lines = text.replace(/\r\n?/g, '\n')
  if (last !== null && lines.replace(/\n$/, '') === last.text) return last.block
  return text === '' ? null : fromText(text)
}

export const writeToEvent = (data: DataTransfer, cells: readonly (readonly CopiedCell[])[]): void => {
  const { text, payload } = remember(cells)
  data.setData('text/plain', text)
  data.setData(CELLS_MIME, payload)
}

export const readFromEvent = (data: DataTransfer): Block | null => blockOf(data.getData('text/plain'), data.getData(CELLS_MIME))
