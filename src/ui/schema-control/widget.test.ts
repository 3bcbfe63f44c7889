import { describe, expect, it } from 'vitest'
import { fieldLabel, fromLocalDateTime, parseNumber, timeInWords, toLocalDateTime, valueInWords, widgetOf } from '@/ui/schema-control/widget'

describe('widgetOf', () => {
  it('takes the widget that the field names', () => {
    expect(widgetOf({ type: 'string', 'x-widget': 'textarea' })).toBe('textarea')
  })
  it('finds one by enum, type and format', () => {
    expect(widgetOf({ type: 'string', enum: ['a'] })).toBe('select')
    expect(widgetOf({ type: 'integer' })).toBe('number')
    expect(widgetOf({ type: 'array', items: { type: 'string' } })).toBe('list')
    expect(widgetOf({ type: 'string', format: 'date-time' })).toBe('datetime')
    expect(widgetOf({ type: 'string' })).toBe('text')
  })
})

describe('parseNumber', () => {
  it('reads numbers, a decimal comma too, and leaves what is none for the validator', () => {
    expect(parseNumber('12')).toBe(12)
    expect(parseNumber('1,5')).toBe(1.5)
    expect(parseNumber(' ')).toBeUndefined()
    expect(parseNumber('twelve')).toBe('twelve')
  })
})

describe('date and time', () => {
  it('goes to the control and back without moving the instant', () => {
    const instant = '2026-11-21T08:30:00Z'
    expect(fromLocalDateTime(toLocalDateTime(instant))).toBe(instant)
  })
  it('takes a time without a zone as it is written', () => {
    expect(toLocalDateTime('2026-11-21T08:30:12')).toBe('2026-11-21T08:30')
  })
  it('has nothing for nothing', () => {
    expect(fromLocalDateTime('')).toBeUndefined()
  })
  it('reads as people write it: a day is the same day everywhere, an instant is told in the time zone of here', () => {
    expect(timeInWords('2026-11-22')).toBe('Nov 22, 2026')
    expect(timeInWords('2026-11-21T08:30:12')).toMatch(/^Nov 21, 2026, 8:30\sAM$/)
    expect(timeInWords(new Date(2026, 0, 2, 15, 4).toISOString())).toMatch(/^Jan 2, 2026, 3:04\sPM$/)
    expect([timeInWords('soon'), timeInWords('2026-13-01'), timeInWords('2026')]).toEqual([null, null, null])
  })
})

describe('words', () => {
  it('labels a field by its title, else by its name', () => {
    expect(fieldLabel('cta_text', { type: 'string', title: 'Button text' })).toBe('Button text')
    expect(fieldLabel('cta_text', undefined)).toBe('Cta text')
  })
  it('puts any value on one line', () => {
    expect(valueInWords(true)).toBe('yes')
    expect(valueInWords(['a', 'b'])).toBe('a, b')
    expect(valueInWords('')).toBe('nothing')
    expect(valueInWords(0)).toBe('0')
  })
})
