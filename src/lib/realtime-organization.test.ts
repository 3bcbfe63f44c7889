import { describe, expect, it, vi } from 'vitest'

vi.hoisted(() => {
  document.head.innerHTML = '<meta name="supabase-url" content="http://localhost:9"><meta name="supabase-publishable-key" content="k">'
})
const { readsFrom } = await import('./realtime-organization.ts')

describe('readsFrom', () => {
  it('goes by the first part of the key and by the tables that a query names', () => {
    const tables = new Set(['sync_jobs'])
    expect(readsFrom({ queryKey: ['sync_jobs', 'list'], meta: undefined }, tables)).toBe(true)
    expect(readsFrom({ queryKey: ['dashboard'], meta: { tables: ['sites', 'sync_jobs'] } }, tables)).toBe(true)
    expect(readsFrom({ queryKey: ['sites'], meta: { tables: ['content_items'] } }, tables)).toBe(false)
    expect(readsFrom({ queryKey: [], meta: undefined }, tables)).toBe(false)
  })
})
