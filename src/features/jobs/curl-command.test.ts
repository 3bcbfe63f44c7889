import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { curlCommand, textHeaders } from './curl-command.ts'

/** What a shell would hand to curl, one argument an entry. */
function argumentsOf(command: string): string[] {
  const answer = execFileSync('sh', ['-c', `curl() { for each in "$@"; do printf '%s\\0' "$each"; done; }\n${command}`], { encoding: 'utf8' })
  return answer.split('\0').slice(0, -1)
}

describe('a request as a command of curl', () => {
  it('is what was sent', () => {
    const command = curlCommand({ url: 'https://example.com/in?a=1&b=2', headers: { 'webhook-id': 'msg_1', 'webhook-signature': 'v1,abc=' }, body: '{"title":"It\'s here"}' })
    expect(argumentsOf(command)).toEqual(['-i', '-X', 'POST', 'https://example.com/in?a=1&b=2', '-H', 'webhook-id: msg_1', '-H', 'webhook-signature: v1,abc=', '--data-raw', '{"title":"It\'s here"}'])
    expect(command.split('\n')).toHaveLength(4)
  })
  it('keeps every byte of a body, whatever it says to a shell', () => {
    const text = fc.string({ unit: fc.constantFrom("'", '"', '$', '`', '\\', '!', '\n', ' ', ';', '&', '@', 'ä', '…', '日', 'a') })
    fc.assert(
      fc.property(text, (body) => {
        expect(argumentsOf(curlCommand({ url: 'http://h/', headers: {}, body })).at(-1)).toBe(body)
      }),
      { numRuns: 40 },
    )
  })
  it('has the headers that are text', () => {
    expect(textHeaders({ a: 'b', c: 1 })).toEqual({ a: 'b' })
    expect(textHeaders(null)).toEqual({})
  })
})
