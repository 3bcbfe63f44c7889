/** The line of a log that an address names, as `?line=123` or `#line-123`; null where it names none. */
export function readLine(search: string, hash: string): number | null {
  const named = new URLSearchParams(search).get('line') ?? /^#line-(\d+)$/.exec(hash)?.[1] ?? null
  return named !== null && /^[1-9]\d{0,11}$/.test(named) ? Number(named) : null
}

/** The address of this page at a line of its log, without whatever else it has open. */
export function lineLink(seq: number, page: string = window.location.href): URL {
  const link = new URL(page)
  link.hash = ''
  link.search = `?line=${seq}`
  return link
}
