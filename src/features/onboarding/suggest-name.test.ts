import { describe, expect, it } from 'vitest'
import { suggestName } from './suggest-name.ts'

describe('suggestName', () => {
  it.each([
    ['you@acme.test', undefined, 'Acme'],
    ['you@mail.blue-harbour.co.uk', undefined, 'Blue Harbour'],
    ['ann@gmail.com', 'Ann Lee', 'Ann Lee’s team'],
    ['ann@gmail.com', 'James', 'James’ team'],
    ['ann@gmail.com', ' ', ''],
    [undefined, undefined, ''],
  ])('%s, %s -> %s', (email, name, suggestion) => expect(suggestName(email, name)).toBe(suggestion))
})
