import { describe, expect, it } from 'vitest'
import { ariaKeys, keyMarks, keyWords } from './key-names.ts'

describe('keyMarks', () => {
  it('writes one list a press', () => expect(keyMarks('g h', false)).toEqual([['G'], ['H']]))
  it('has the symbols of a Mac on a Mac', () => expect(keyMarks('$mod+Shift+k', true)).toEqual([['⌘', '⇧', 'K']]))
  it('and words elsewhere', () => expect(keyMarks('$mod+Shift+k', false)).toEqual([['Ctrl', 'Shift', 'K']]))
  it('leaves out what need not be held', () => expect(keyMarks('[Shift]+?', false)).toEqual([['?']]))
  it('draws arrows', () => expect(keyMarks('Alt+ArrowUp', true)).toEqual([['⌥', '↑']]))
  it('takes brackets for keys', () => expect(keyMarks('[', false)).toEqual([['[']]))
})

describe('keyWords', () => {
  it('says sequences', () => expect(keyWords('g ,', false)).toBe('G then comma'))
  it('says signs', () => expect(keyWords('?', false)).toBe('question mark'))
  it('says modifiers', () => expect(keyWords('$mod+Enter', true)).toBe('Command + Enter'))
})

describe('ariaKeys', () => {
  it('names one press', () => expect(ariaKeys('$mod+k', false)).toBe('Control+K'))
  it('knows no sequences', () => expect(ariaKeys('g h', false)).toBeUndefined())
})
