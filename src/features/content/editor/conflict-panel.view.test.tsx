import { describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { showView } from '@/test-view'
import { ConflictPanel } from './conflict-panel.tsx'
import type { Divergence, Whose } from './merge.ts'

const theirs = {
  id: 'i', typeId: 't', title: 'Sale', data: {}, status: 'draft' as const, revision: 4, createdAt: '2026-11-20T10:00:00Z', updatedAt: '2026-11-21T10:00:00Z',
  publishedAt: null, publishAt: null, unpublishAt: null, updatedBy: 'Ben Okafor', updatedById: 'ben', createdBy: null,
}
const differences: Divergence[] = [
  { key: 'headline', label: 'Headline', mine: 'Mine', theirs: 'Theirs', changedBy: 'both' },
  { key: 'body', label: 'Body', mine: undefined, theirs: 'Only Ben wrote this', changedBy: 'theirs' },
]

describe('a conflict', () => {
  it('is decided once every field that both changed is chosen, by keyboard as well', async () => {
    const onMerge = vi.fn<(choices: ReadonlyMap<string, Whose>) => void>()
    const { screen } = await showView(<ConflictPanel theirs={theirs} differences={differences} onMerge={onMerge} />)
    await expect.element(screen.getByText('Ben Okafor saved this item while you were editing')).toBeVisible()
    const use = screen.getByRole('button', { name: 'Use these' })
    await expect.element(use).toBeDisabled()
    const body = screen.getByRole('group', { name: 'Body' })
    await expect.element(body.getByRole('radio', { name: /^Ben Okafor/ })).toBeChecked()
    await userEvent.click(screen.getByRole('group', { name: 'Headline' }).getByRole('radio', { name: /^Ben Okafor/ }))
    await userEvent.keyboard('{ArrowDown}')
    await expect.element(screen.getByRole('group', { name: 'Headline' }).getByRole('radio', { name: /^Yours/ })).toBeChecked()
    await userEvent.click(use)
    expect(Object.fromEntries(onMerge.mock.calls[0]?.[0] ?? [])).toEqual({ headline: 'mine', body: 'theirs' })
  })

  it('can be decided for all fields at once', async () => {
    const onMerge = vi.fn<(choices: ReadonlyMap<string, Whose>) => void>()
    const { screen } = await showView(<ConflictPanel theirs={theirs} differences={differences} onMerge={onMerge} />, { width: 375 })
    await userEvent.click(screen.getByRole('button', { name: 'All mine' }))
    expect([...(onMerge.mock.calls[0]?.[0] ?? [])]).toEqual([['headline', 'mine'], ['body', 'mine']])
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(375)
  })
})
