import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePastedRequest } from './pasted-request.ts'

const headers = [['webhook-id', 'msg_1'], ['Webhook-Timestamp', '1763765342'], ['x-dsign', 'v1=ab']] as const
const body = '{"a": "b\nc"}'
const read = (text: string) => {
  const parsed = parsePastedRequest(text)
  return parsed.ok ? parsed.value : parsed.error.code
}

describe('raw HTTP', () => {
  const lines = headers.map(([name, value]) => `${name}: ${value}`)
  it.each([
    ['with a request line', `POST /hooks HTTP/1.1\n${lines.join('\n')}\n\n${body}`],
    ['without one', `${lines.join('\n')}\n\n${body}`],
    ['with CRLF', `POST /hooks HTTP/2\r\n${lines.join('\r\n')}\r\n\r\n${body}`],
    ['with the marks of curl -v', `> POST /hooks HTTP/1.1\n`.slice(2) + `${lines.map((line) => `> ${line}`).join('\n')}\n\n${body}`],
    ['without the empty line', `${lines.join('\n')}\n${body}`],
  ])('%s', (_, text) => {
    expect(read(text)).toEqual({ form: 'http', headers, body })
  })

  it('headers alone, also as a dump writes them', () => {
    expect(read(lines.join('\n'))).toEqual({ form: 'http', headers, body: null })
    expect(read("'webhook-id' => 'msg_1',".replaceAll("'webhook-id'", 'webhook-id'))).toMatchObject({ headers: [['webhook-id', 'msg_1']] })
    expect(read('HTTP_WEBHOOK_ID=msg_1')).toMatchObject({ headers: [['HTTP_WEBHOOK_ID', 'msg_1']] })
  })

  it('gives every body back as it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      expect(read(`webhook-id: msg_1\n\n${text}`)).toEqual({ form: 'http', headers: [['webhook-id', 'msg_1']], body: text })
    }))
  })
})

describe('curl', () => {
  it('as it is copied, over several lines', () => {
    const command = `curl -X POST 'https://e.test/in' \\\n  -H 'webhook-id: msg_1' \\\n  --header "Webhook-Timestamp: 1763765342" -H'x-dsign: v1=ab' \\\n  --data-raw '{"a": "b\nc"}'`
    expect(read(command)).toEqual({ form: 'curl', headers, body })
    expect(read(`$ ${command}`)).toMatchObject({ form: 'curl' })
  })

  it('with the quoting of bash', () => {
    expect(read(String.raw`curl u -H a:b -d $'it\'s \u00fc\n'`)).toMatchObject({ body: "it's ü\n" })
    expect(read(String.raw`curl u -H a:b -d "say \"hi\" \\ \$x"`)).toMatchObject({ body: 'say "hi" \\ $x' })
    expect(read(String.raw`curl u -H a:b -d 'it'\''s'`)).toMatchObject({ body: "it's" })
    expect(read('curl u -H a:b --data=x -d y')).toMatchObject({ body: 'x&y' })
  })

  it('gives every body back that a shell would', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(read(`curl https://e.test -H 'a: b' --data-raw '${text.replaceAll("'", "'\\''")}'`)).toEqual({ form: 'curl', headers: [['a', 'b']], body: text })
    }))
  })
})

describe('JSON', () => {
  it('as platforms hand requests over', () => {
    expect(read(JSON.stringify({ headers: Object.fromEntries(headers), body }))).toEqual({ form: 'json', headers, body })
    expect(read(JSON.stringify({ headers: { 'webhook-id': ['msg_1'] }, body: { a: 1 } }))).toEqual({ form: 'json', headers: [['webhook-id', 'msg_1']], body: '{"a":1}' })
    expect(read(JSON.stringify(Object.fromEntries(headers)))).toEqual({ form: 'json', headers, body: null })
  })
})

it('says when there is nothing to read', () => {
  expect(read(' \n')).toBe('empty')
  for (const text of ['hello', '{"a":1}', '{"version":1,"items":[]}', '[1]']) expect(read(text)).toBe('unreadable')
})

it('reads anything without an error', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
    expect(() => [read(text), read(`curl ${text}`), read(`{${text}`)]).not.toThrow()
  }))
})
