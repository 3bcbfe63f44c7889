/**
 * This endpoint streams no table changes: DataSync reports them as broadcasts. A client that asks is answered in the
 * protocol's own terms: its bindings come back with ids, then the error that Realtime gives for a table that is not published.
 */
export function echoBindings(bindings: Record<string, unknown>[]): Record<string, unknown>[] {
  return bindings.map((binding) => ({ ...binding, id: hash(JSON.stringify(binding)) }))
}

export function refusal(binding: Record<string, unknown>): string {
  const { event = '*', schema = 'public', table = '*', filter, select } = binding
  const filters = filter === undefined || filter === null || filter === '' ? '[]' : `[${show(filter)}]`
  const columns = Array.isArray(select) ? `[${select.map(show).join(', ')}]` : 'nil'
  return (
    'Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect parameters: ' +
    `[event: ${show(event)}, schema: ${show(schema)}, table: ${show(table)}, filters: ${filters}, select: ${columns}]`
  )
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** FNV-1a in 27 bits, the range of the ids that clients know; equal bindings share one. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return (value >>> 5) || 1
}
