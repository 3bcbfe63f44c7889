import { describe, expect, it } from 'vitest'
import { literally, readFilters, writeFilters } from '@/features/content/item-status'

describe('filters in the address', () => {
  it('go there and back', () => {
    const filters = { status: 'scheduled', typeId: 't1', text: '0% & more' } as const
    expect(readFilters(new URLSearchParams(writeFilters(filters).toString()))).toEqual(filters)
  })
  it('leave nothing behind when there are none, and take no unknown status', () => {
    expect(writeFilters({ status: null, typeId: null, text: '' }).toString()).toBe('')
    expect(readFilters(new URLSearchParams('status=shiny')).status).toBeNull()
  })
})

describe('a search for words', () => {
  it('means its signs as signs', () => {
    expect(literally('0%_\\')).toBe('0\\%\\_\\\\')
  })
})
