import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { RunDurations } from '@/features/dashboard/run-durations'
import { showView } from '@/test-view'

const runs = [
  { id: 'a', number: 7, status: 'success', ms: 200 },
  { id: 'b', number: 8, status: 'partial', ms: 1_500 },
  { id: 'c', number: 9, status: 'failed', ms: 40 },
]

describe('RunDurations', () => {
  it('says the run under the keys, stays within its ends, and opens it', async () => {
    const { screen, address } = await showView(<RunDurations runs={runs} />, { width: 400 })
    const slider = screen.getByRole('slider', { name: 'Duration of the last 3 runs' })
    await expect.element(screen.getByText('the last 3 runs')).toBeVisible()
    await userEvent.tab()
    await expect.element(slider).toHaveFocus()
    await expect.element(slider).toHaveAttribute('aria-valuetext', 'Run 9: 40 ms, failed')
    await userEvent.keyboard('{ArrowRight}')
    await expect.element(slider).toHaveAttribute('aria-valuetext', 'Run 9: 40 ms, failed')
    await userEvent.keyboard('{Home}{ArrowLeft}')
    await expect.element(slider).toHaveAttribute('aria-valuetext', 'Run 7: 200 ms, success')
    await userEvent.keyboard('{ArrowRight}')
    await expect.element(screen.getByText('Run 8: 1.5 s, partial')).toBeVisible()
    await userEvent.keyboard('{Enter}')
    await expect.poll(address).toBe('/jobs/b')
  })

  it('says the run under the pointer', async () => {
    const { screen } = await showView(<RunDurations runs={runs} />, { width: 400 })
    const slider = screen.getByRole('slider')
    const box = slider.element().getBoundingClientRect()
    await userEvent.hover(slider, { position: { x: box.width / 2, y: 10 } })
    await expect.element(screen.getByText('Run 8: 1.5 s, partial')).toBeVisible()
    await userEvent.unhover(slider)
    await expect.element(screen.getByText('the last 3 runs')).toBeVisible()
  })
})
