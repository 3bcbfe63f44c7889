import { describe, expect, it } from 'vitest'
import { filterCommands } from './filter-commands.ts'

const commands = [
  { label: 'Run Sync', keywords: 'publish send' },
  { label: 'Content', keywords: 'page' },
  { label: 'Content types', keywords: 'schema page' },
  { label: 'Sign out', keywords: 'log out leave' },
]
const labels = (query: string) => filterCommands(commands, query).map(({ label }) => label)

describe('filterCommands', () => {
  it('shows all while nothing is typed', () => expect(labels('  ')).toHaveLength(4))
  it('finds by the beginnings of words, in any order', () => expect(labels('ty con')).toEqual(['Content types']))
  it('puts labels before keywords', () => expect(labels('s')).toEqual(['Run Sync', 'Sign out', 'Content types']))
  it('finds by other words', () => expect(labels('PUBLISH')).toEqual(['Run Sync']))
  it('finds nothing by signs alone', () => expect(labels('__')).toEqual([]))
  it('finds nothing in the middle of a word', () => expect(labels('ontent')).toEqual([]))
})
