import { beforeAll, describe, expect, it } from 'vitest'

const ana = { full_name: 'Ana', email: 'ana@example.test' }

describe('who set a run going', () => {
  let words: typeof import('./jobs.ts')
  beforeAll(async () => {
    // The client behind the module wants to know where the backend is, though nothing here asks it.
    document.head.innerHTML = '<meta name="supabase-url" content="http://127.0.0.1:1"><meta name="supabase-publishable-key" content="key">'
    words = await import('./jobs.ts')
  })

  it.each([
    ['manual', 'me', 'you', 'started by you'],
    ['manual', 'ana', 'Ana', 'started by Ana'],
    ['replay', 'me', 'you, replay', 'replayed by you'],
    ['rollback', 'ana', 'Ana, rollback', 'rolled back by Ana'],
    ['api', null, 'API', 'started by API'],
    ['api', 'ana', 'Ana, API', 'started by Ana, API'],
    ['schedule', null, 'auto', 'auto'],
  ])('%s by %s', (trigger, createdBy, inList, inHeader) => {
    const origin = { trigger, createdBy, apiKey: null, schedule: null }
    expect(words.startedBy(origin, ana, 'me')).toBe(inList)
    expect(words.startedWords(origin, ana, 'me')).toBe(inHeader)
  })

  it('names a schedule', () => {
    const origin = { trigger: 'schedule', createdBy: null, apiKey: null, schedule: 'Hourly' }
    expect(words.startedBy(origin, null, 'me')).toBe('auto, Hourly')
    expect(words.startedWords(origin, null, 'me')).toBe('auto, by the schedule “Hourly”')
  })

  it('names an API key', () => {
    const origin = { trigger: 'api', createdBy: null, apiKey: 'CI', schedule: null }
    expect(words.startedBy(origin, null, 'me')).toBe('API, CI')
    expect(words.startedWords(origin, null, 'me')).toBe('started by the API key “CI”')
  })

  it('knows of somebody who is no longer there', () => {
    expect(words.startedBy({ trigger: 'manual', createdBy: null, apiKey: null, schedule: null }, null, 'me')).toBe('somebody who has left')
  })
})
