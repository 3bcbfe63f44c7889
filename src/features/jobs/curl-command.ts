export interface SentRequest {
  url: string
  headers: Readonly<Record<string, string>>
  body: string
}

/** For a POSIX shell: nothing within single quotes means anything, so only they are taken out. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** The same request for a shell: headers and body as they were sent, byte for byte. */
export function curlCommand({ url, headers, body }: SentRequest): string {
  return [
    `curl -i -X POST ${quoted(url)}`,
    ...Object.entries(headers).map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)}`),
    // Raw: a body that begins with @ is no file.
    `  --data-raw ${quoted(body)}`,
  ].join(' \\\n')
}

/** Headers as an attempt keeps them; what is no text is left out. */
export function textHeaders(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
