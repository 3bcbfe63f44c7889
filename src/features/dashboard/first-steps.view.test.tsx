import { describe, expect, it, vi } from 'vitest'
import { FirstSteps } from '@/features/dashboard/first-steps'
import { firstSteps, showsFirstSteps } from '@/features/dashboard/first-steps-words'
import { readSteps, type Steps } from '@/features/dashboard/queries/outlook'
import { showView } from '@/test-view'

const none = readSteps({})
const all: Steps = { ...none, type: true, item: true, site: true, mapping: true, review: true, run: true, landing: true, landingPage: { organizationSlug: 'acme', siteSlug: 'shop' } }

describe('the first steps', () => {
  it('are there until all are done or somebody has put them away', () => {
    expect(showsFirstSteps(none)).toBe(true)
    expect(showsFirstSteps({ ...all, landing: false })).toBe(true)
    expect(showsFirstSteps(all)).toBe(false)
    expect(showsFirstSteps({ ...none, dismissed: true })).toBe(false)
    expect(firstSteps({ ...all, landing: false }).at(-1)).toMatchObject({ href: '/c/acme/shop', done: false })
  })

  it('begin with the demo, and mark the step that comes next', async () => {
    const onLoadDemo = vi.fn()
    const { screen } = await showView(<FirstSteps steps={none} canEdit loading={false} onLoadDemo={onLoadDemo} />)
    await screen.getByRole('button', { name: 'Load Demo Data' }).click()
    expect(onLoadDemo).toHaveBeenCalledOnce()
    await expect.element(screen.getByText('From nothing to a live page, in about five minutes.')).toBeVisible()
    expect(screen.container.querySelector('[aria-current=step]')?.textContent).toContain('Load the demo, or create a content type')
  })

  it('go on where they were left, in words as well as ticks', async () => {
    const { screen } = await showView(<FirstSteps steps={{ ...all, run: false, landing: false }} canEdit loading={false} onLoadDemo={vi.fn()} />, { width: 375 })
    await expect.element(screen.getByText('5 of 7 done').first()).toBeVisible()
    expect(screen.container.querySelector('[aria-current=step]')?.textContent).toContain('Run the sync')
    expect(screen.getByText(', done').elements()).toHaveLength(5)
    expect(screen.getByRole('button', { name: 'Load Demo Data' }).elements()).toHaveLength(0)
    const landing = screen.getByRole('link', { name: /Open the landing page/ })
    await expect.element(landing).toHaveAttribute('target', '_blank')
  })

  it('tell a viewer who does them', async () => {
    const { screen } = await showView(<FirstSteps steps={none} canEdit={false} loading={false} onLoadDemo={vi.fn()} />)
    await expect.element(screen.getByText(/Your role reads along/)).toBeVisible()
    expect(screen.getByRole('button', { name: 'Load Demo Data' }).elements()).toHaveLength(0)
  })
})
