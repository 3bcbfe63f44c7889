import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeAll, expect, it, vi } from 'vitest'
import type { PairList as List } from '@/features/jobs/compare/pair-list'

let PairList: typeof List
beforeAll(async () => {
  document.head.innerHTML = '<meta name="supabase-url" content="http://localhost:9"><meta name="supabase-publishable-key" content="nobody">'
  ;({ PairList } = await import('@/features/jobs/compare/pair-list'))
})

it('a part of a comparison without sites leads back to all of them', async () => {
  const onShowAll = vi.fn()
  const { rerender } = render(<PairList pairs={[]} beforeNumber={1} afterNumber={2} onShowAll={onShowAll} />)
  await userEvent.click(screen.getByRole('button', { name: 'Show all sites' }))
  expect(onShowAll).toHaveBeenCalledOnce()
  rerender(<PairList pairs={[]} beforeNumber={1} afterNumber={2} />)
  expect(screen.queryByRole('button')).toBeNull()
})
