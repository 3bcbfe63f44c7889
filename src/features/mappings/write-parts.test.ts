import { describe, expect, it, vi } from 'vitest'

vi.hoisted(() => {
  document.head.innerHTML = '<meta name="supabase-url" content="http://localhost:9"><meta name="supabase-publishable-key" content="k">'
})
const { cellWrite, FIRST_PART, PartlyWritten, TakenBack, writeInParts } = await import('./write-parts.ts')
type Cells = Parameters<typeof cellWrite>[0]
type Sent = ReturnType<typeof cellWrite>

const cells = (count: number): Cells[] =>
  Array.from({ length: count }, (_, index) => ({ siteId: 's', itemId: `i${index}`, before: null, after: { mode: 'full', overrides: {}, position: null } }))

describe('a block of cells', () => {
  it('is one call where it can be one', async () => {
    const write = vi.fn(async (_: readonly Sent[]) => undefined)
    const onWritten = vi.fn()
    await writeInParts(cells(FIRST_PART), onWritten, write)
    expect(write).toHaveBeenCalledOnce()
    expect(onWritten.mock.calls).toEqual([[FIRST_PART]])
  })

  it('is written in parts beyond that, in order, and says how far it is', async () => {
    const sent: string[] = []
    const onWritten = vi.fn<(cells: number) => void>()
    await writeInParts(cells(100_000), onWritten, async (part) => void sent.push(...part.map(({ item_id }) => item_id)))
    expect(sent).toEqual(cells(100_000).map(({ itemId }) => itemId))
    expect(onWritten.mock.calls.length).toBeGreaterThan(5)
    expect(onWritten.mock.lastCall).toEqual([100_000])
  })

  it('is refused as it is where nothing was written', async () => {
    const reason = new Error('no')
    await expect(writeInParts(cells(FIRST_PART * 2), vi.fn(), () => Promise.reject(reason))).rejects.toBe(reason)
  })

  it('is taken back where a later part is refused', async () => {
    const stored = new Set<string>()
    let calls = 0
    const write = async (part: readonly Sent[]) => {
      if (++calls === 2) throw new Error('the second part')
      for (const { item_id, mode } of part) if (mode === null) stored.delete(item_id)
      else stored.add(item_id)
    }
    await expect(writeInParts(cells(FIRST_PART * 3), vi.fn(), write)).rejects.toThrow(TakenBack)
    expect(stored.size).toBe(0)
  })

  it('says exactly what is written where that fails as well', async () => {
    let calls = 0
    const failure = await writeInParts(cells(FIRST_PART * 3), vi.fn(), () => (++calls === 1 ? Promise.resolve() : Promise.reject(new Error('down')))).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(PartlyWritten)
    expect(failure).toMatchObject({ written: FIRST_PART, total: FIRST_PART * 3, message: '4,000 of 12,000 cells were written and could not be taken back; the others were not: down' })
  })
})

describe('what the database is told', () => {
  const overridden = { mode: 'override', overrides: { cta: 'Book' }, bases: { cta: 'Go' }, position: 3 } as const
  const write = (before: Cells['before'], after: Cells['after']) => cellWrite({ siteId: 's', itemId: 'i', before, after })
  it('is the place only of what comes back', () => {
    expect(write(null, overridden)).toEqual({ site_id: 's', item_id: 'i', mode: 'override', overrides: { cta: 'Book' }, bases: { cta: 'Go' }, position: 3 })
    expect(write({ mode: 'block', overrides: {}, position: 3 }, { mode: 'full', overrides: {}, position: 3 })).toEqual({ site_id: 's', item_id: 'i', mode: 'full' })
    expect(write(overridden, null)).toEqual({ site_id: 's', item_id: 'i', mode: null })
  })
  it('is what overrides were made over only where somebody has said or looked', () => {
    expect(write(overridden, { ...overridden, overrides: { cta: 'Buy' }, bases: undefined })).not.toHaveProperty('bases')
    expect(write(overridden, overridden)).not.toHaveProperty('bases')
    expect(write(overridden, { ...overridden, bases: { cta: 'Look' } })).toHaveProperty('bases', { cta: 'Look' })
    expect(write(null, { ...overridden, bases: null })).toHaveProperty('bases', {})
  })
})
