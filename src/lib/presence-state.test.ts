import { describe, expect, it } from 'vitest'
import { createPresenceList } from './presence-state.ts'

const meta = (ref: string | undefined, user_id: unknown, field: unknown = null) => ({ presence_ref: ref, user_id, field })

describe('who is there', () => {
  it('is everybody but oneself, each window with what it said last', () => {
    const list = createPresenceList('own')
    list.joined('own', [meta('0', 'me')])
    list.joined('a', [meta('1', 'anna', 'headline')])
    list.joined('b', [meta('2', 'me', 'body')])
    expect(list.others()).toEqual([{ key: 'a', userId: 'anna', field: 'headline' }, { key: 'b', userId: 'me', field: 'body' }])
    list.joined('a', [meta('3', 'anna', 'body')])
    list.left('a', [meta('1', 'anna', 'headline')])
    expect(list.others()[0]).toEqual({ key: 'a', userId: 'anna', field: 'body' })
    list.left('a', [meta('3', 'anna', 'body')])
    expect(list.others().map(({ key }) => key)).toEqual(['b'])
  })
  it('after a reconnection is whom the server still has, whatever was said of leaving', () => {
    const list = createPresenceList('own')
    list.joined('a', [meta('1', 'anna')])
    list.joined('b', [meta('2', 'ben')])
    list.left('a', [meta(undefined, 'anna')])
    expect(list.others()).toHaveLength(2)
    list.synced(['own', 'b'])
    expect(list.others().map(({ userId }) => userId)).toEqual(['ben'])
  })
  it('passes over what is no presence', () => {
    const list = createPresenceList('own')
    list.joined('a', [meta('1', 7)])
    list.joined('b', [])
    list.joined('c', [meta('2', 'cleo', { forged: true })])
    expect(list.others()).toEqual([{ key: 'c', userId: 'cleo', field: null }])
  })
})
