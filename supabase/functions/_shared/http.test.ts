import { describe, expect, it } from 'vitest'
import { bodyProblem, decodeText, readBody, readJson } from './http.ts'

const url = 'http://functions.example/x'

function streamed(chunks: Uint8Array[], onPull: () => void = () => undefined): Request {
  const rest = [...chunks]
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        onPull()
        const next = rest.shift()
        if (next) controller.enqueue(next)
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return new Request(url, { method: 'POST', body, duplex: 'half' } as RequestInit)
}

describe('readBody', () => {
  it('reads up to the limit', async () => {
    expect(await readBody(new Request(url, { method: 'POST', body: 'abcde' }), 5)).toEqual({
      ok: true,
      value: new TextEncoder().encode('abcde'),
    })
    expect(await readBody(new Request(url, { method: 'POST' }), 5)).toEqual({ ok: true, value: new Uint8Array() })
  })

  it('refuses by the announced length, without reading', async () => {
    const request = new Request(url, { method: 'POST', body: 'abcdef', headers: { 'content-length': '6' } })
    expect(await readBody(request, 5)).toMatchObject({ ok: false, error: { code: 'too_large' } })
  })

  it('stops reading an endless body at the limit', async () => {
    let pulls = 0
    const endless = Array.from({ length: 1_000 }, () => new Uint8Array(1_000))
    const request = streamed(endless, () => pulls++)
    expect(await readBody(request, 10_000)).toMatchObject({ ok: false, error: { code: 'too_large' } })
    expect(pulls).toBeLessThan(20)
  })

  it('says when a body breaks off', async () => {
    const request = streamed([], () => {
      throw new Error('cut')
    })
    expect(await readBody(request, 10)).toMatchObject({ ok: false, error: { code: 'interrupted' } })
  })
})

it('readJson tells text, JSON and size apart', async () => {
  const post = (body: BodyInit) => readJson(new Request(url, { method: 'POST', body }))
  expect(await post('{"a":1}')).toEqual({ ok: true, value: { a: 1 } })
  expect(await post('{')).toMatchObject({ error: { code: 'not_json' } })
  expect(await post('')).toMatchObject({ error: { code: 'not_json' } })
  expect(await post(new Uint8Array([0x22, 0xff, 0x22]))).toMatchObject({ error: { code: 'not_text' } })
  expect(await post('x'.repeat(20_000))).toMatchObject({ error: { code: 'too_large' } })
})

it('decodeText keeps a byte order mark and refuses what is not UTF-8', () => {
  expect(decodeText(new TextEncoder().encode('\ufeffé'))).toBe('\ufeffé')
  expect(decodeText(new Uint8Array([0xc3]))).toBeNull()
})

it('a body that is too large is 413, any other fault 400', () => {
  expect(bodyProblem({ code: 'too_large', message: 'x' }).status).toBe(413)
  expect(bodyProblem({ code: 'not_json', message: 'x' }).status).toBe(400)
})
