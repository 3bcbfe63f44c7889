import fc from 'fast-check'
import { expect, it } from 'vitest'
import { concatBytes, constantTimeEqual, fromBase64, toBase64, toHex, utf8, utf8Length } from './bytes.ts'

it('base64 and hex agree with Buffer', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'))
      expect(fromBase64(toBase64(bytes))).toEqual(new Uint8Array(bytes))
    }),
  )
})

it('refuses what is not base64', () => {
  for (const text of ['A', 'AA=A', 'AAA-', 'A A=', '====', 'é']) expect(fromBase64(text)).toBeNull()
})

it('measures and joins', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (text, bytes) => {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text))
      expect(concatBytes(utf8(text), bytes)).toEqual(new Uint8Array(Buffer.concat([Buffer.from(text), bytes])))
    }),
  )
})

it('constantTimeEqual is equality', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3 }), fc.uint8Array({ maxLength: 3 }), (a, b) => {
      expect(constantTimeEqual(a, b)).toBe(Buffer.compare(a, b) === 0)
      expect(constantTimeEqual(a, a.slice())).toBe(true)
    }),
  )
})
