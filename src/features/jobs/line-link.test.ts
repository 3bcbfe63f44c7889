import { describe, expect, it } from 'vitest'
import { lineLink, readLine } from './line-link.ts'

describe('the address of a line', () => {
  it('names it in either form', () => {
    expect(readLine('?line=123', '')).toBe(123)
    expect(readLine('?delivery=x', '#line-7')).toBe(7)
    for (const [search, hash] of [['?line=0', ''], ['?line=-1', ''], ['?line=1e3', ''], ['', '#line-'], ['?line=99999999999999', '']] as const) expect(readLine(search, hash)).toBeNull()
  })
  it('opens nothing else', () => {
    expect(lineLink(12, 'https://app.example/jobs/1?delivery=2#line-3').href).toBe('https://app.example/jobs/1?line=12')
  })
})
