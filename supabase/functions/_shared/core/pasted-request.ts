import type { Problem, Result } from './result.ts'

/** A request as somebody pastes it: raw HTTP, a curl command, bare header lines, or the JSON in which a platform hands one over. */

export interface PastedRequest {
  form: 'http' | 'curl' | 'json'
  /** As they were written, in their order. */
  headers: readonly (readonly [name: string, value: string])[]
  /** Null: there is none in the text. */
  body: string | null
}

export type PasteError = Problem<'empty' | 'unreadable'>

export function parsePastedRequest(text: string): Result<PastedRequest, PasteError> {
  const pasted = text.replace(/^[\s\ufeff]+/, '')
  if (pasted === '') return { ok: false, error: { code: 'empty', message: 'there is nothing to read yet' } }
  if (/^(\$ +)?curl\s/.test(pasted)) return { ok: true, value: fromCurl(pasted.replace(/^\$ +/, '')) }
  if (pasted.startsWith('{')) {
    const parsed = fromJson(pasted)
    if (parsed !== null) return { ok: true, value: parsed }
  }
  const http = fromHttp(pasted)
  if (http.headers.length > 0) return { ok: true, value: http }
  return { ok: false, error: { code: 'unreadable', message: 'no header lines such as "webhook-id: msg_…" were found in it' } }
}

const headerLine = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+)[ \t]*(?::|=>|=)[ \t]*(.*)$/

/** A request line or none, header lines, an empty line, and the rest as it is. */
function fromHttp(text: string): PastedRequest {
  const headers: [string, string][] = []
  let rest = text
  const take = (): string => {
    const end = rest.indexOf('\n')
    const line = end < 0 ? rest : rest.slice(0, end)
    rest = end < 0 ? '' : rest.slice(end + 1)
    return line.replace(/\r$/, '')
  }
  if (/^[A-Z]+ \S+( HTTP\/[0-9.]+)?\r?(\n|$)/.test(rest)) take()
  while (rest !== '') {
    const before = rest
    const line = take()
    if (line.trim() === '') return { form: 'http', headers, body: rest === '' ? null : rest }
    // Browsers' tools and `curl -v` put a mark before each line.
    const found = headerLine.exec(line.replace(/^[<>*] /, '').trim())
    if (found === null) {
      // Header lines may be followed by the body without the empty line between them.
      return { form: 'http', headers, body: headers.length === 0 ? null : before }
    }
    headers.push([found[1] ?? '', unquoted(found[2] ?? '')])
  }
  return { form: 'http', headers, body: null }
}

function unquoted(value: string): string {
  const inner = /^(["'])(.*)\1,?$/.exec(value.trim())
  return (inner?.[2] ?? value).trim()
}

/** `{"headers": {…}, "body": "…"}`, as AWS Lambda, Vercel and many logs write it; or an object of headers alone. */
function fromJson(text: string): PastedRequest | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return null
  }
  if (!isRecord(parsed)) return null
  const source = isRecord(parsed.headers) ? parsed.headers : parsed
  const headers = Object.entries(source).flatMap(([name, value]): [string, string][] => {
    if (typeof value === 'string' || typeof value === 'number') return [[name, String(value)]]
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string').map((one): [string, string] => [name, one]) : []
  })
  if (source === parsed && !headers.some(([name]) => /webhook|svix|dsign/i.test(name))) return null
  const { body } = parsed
  const kept = source === parsed || body === undefined || body === null ? null : typeof body === 'string' ? body : JSON.stringify(body)
  return { form: 'json', headers, body: kept }
}

function fromCurl(command: string): PastedRequest {
  const words = shellWords(command)
  const headers: [string, string][] = []
  const data: string[] = []
  for (let index = 1; index < words.length; index++) {
    const word = words[index] ?? ''
    const long = /^(--[a-z-]+)=([\s\S]*)$/.exec(word)
    const option = long?.[1] ?? (/^-[Hd]./.test(word) ? word.slice(0, 2) : word)
    const value = () => long?.[2] ?? (/^-[Hd]./.test(word) ? word.slice(2) : (words[++index] ?? ''))
    if (option === '-H' || option === '--header') {
      const found = /^([^:]+):\s*([\s\S]*)$/.exec(value())
      if (found !== null) headers.push([(found[1] ?? '').trim(), (found[2] ?? '').trim()])
    } else if (['-d', '--data', '--data-raw', '--data-binary', '--data-ascii', '--json'].includes(option)) {
      data.push(value())
    }
  }
  // curl joins several of them so.
  return { form: 'curl', headers, body: data.length === 0 ? null : data.join('&') }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' }

/** Words as a POSIX shell (and bash, for $'…') splits them; no expansion. */
function shellWords(text: string): string[] {
  const words: string[] = []
  const word = { text: '', begun: false }
  const add = (part: string) => {
    word.text += part
    word.begun = true
  }
  const end = () => {
    if (word.begun) words.push(word.text)
    word.text = ''
    word.begun = false
  }
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index)
    if (character === '\\') {
      const next = text.charAt(++index)
      if (next === '\r' && text.charAt(index + 1) === '\n') index++
      else if (next !== '\n') add(next)
    } else if (character === "'") {
      const close = text.indexOf("'", index + 1)
      add(text.slice(index + 1, close < 0 ? text.length : close))
      index = close < 0 ? text.length : close
    } else if (character === '"' || (character === '$' && text.charAt(index + 1) === "'")) {
      const isDollar = character === '$'
      const quote = isDollar ? "'" : '"'
      if (isDollar) index++
      add('')
      for (index++; index < text.length && text.charAt(index) !== quote; index++) {
        if (text.charAt(index) !== '\\') {
          add(text.charAt(index))
          continue
        }
        const next = text.charAt(++index)
        if (!isDollar) add('"\\$`'.includes(next) ? next : next === '\n' ? '' : `\\${next}`)
        else if (next === 'u') {
          const hex = /^[0-9a-fA-F]{1,4}/.exec(text.slice(index + 1))?.[0] ?? ''
          add(hex === '' ? '\\u' : String.fromCharCode(parseInt(hex, 16)))
          index += hex.length
        } else add(escapes[next] ?? `\\${next}`)
      }
    } else if (/\s/.test(character)) {
      end()
    } else add(character)
  }
  end()
  return words
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
