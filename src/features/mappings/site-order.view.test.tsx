import { useState } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { MatrixColumn, MatrixItem, MatrixSite } from '@/features/mappings/queries/matrix'
import { SiteOrder } from '@/features/mappings/site-order'
import { showView } from '@/test-view'

// A site with a thousand items: what is in the document, and what the pointer and the keys do, also far beyond what is in sight.

const site: MatrixSite = { id: 's', name: 'Shop', slug: 'shop', region: null, enabled: true }
const items: MatrixItem[] = Array.from({ length: 1000 }, (_, index) => ({ id: `i${index}`, title: `Item ${index}`, status: 'published', typeId: 't' }))
const cells: MatrixColumn['cells'] = Object.fromEntries(items.map(({ id }, position) => [id, { mode: 'full' as const, overrides: {}, bases: null, position }]))

let order: readonly string[] = []
let writes = 0
function Panel({ active, readOnly }: { active: string; readOnly: boolean }) {
  const [pending, setPending] = useState<readonly string[]>()
  const onOrder = (_before: readonly string[], after: readonly string[]) => {
    writes++
    order = after
    setPending(after)
  }
  return (
    <aside aria-label="Panel" className="h-[480px] w-[340px] overflow-y-auto">
      <h2>What stands above it</h2>
      <SiteOrder site={site} items={items} cells={cells} pending={pending} activeItemId={active} readOnly={readOnly} onOrder={onOrder} />
    </aside>
  )
}

async function show({ active = 'i0', readOnly = false } = {}) {
  order = items.map(({ id }) => id)
  writes = 0
  const { screen } = await showView(<Panel active={active} readOnly={readOnly} />)
  await expect.element(screen.getByRole('listitem').first()).toBeVisible()
  const box = screen.getByRole('complementary').element() as HTMLElement
  return { screen, box }
}
const row = (id: string) => document.querySelector<HTMLElement>(`[data-item="${id}"]`)
const handle = (id: string) => row(id)!.querySelector<HTMLElement>('[data-handle]')!
const isInSight = (id: string, box: HTMLElement) => {
  const [of, within] = [row(id)?.getBoundingClientRect(), box.getBoundingClientRect()]
  return of !== undefined && of.top >= within.top - 1 && of.bottom <= within.bottom + 1
}
const said = () => document.querySelector('[id^="DndLiveRegion"]')?.textContent ?? ''
const middle = (element: Element) => {
  const { left, top, width, height } = element.getBoundingClientRect()
  return { clientX: left + width / 2, clientY: top + height / 2 }
}
const mouse = (type: string, on: EventTarget, at: { clientX: number; clientY: number }) => on.dispatchEvent(new MouseEvent(type, { ...at, button: 0, buttons: 1, bubbles: true, cancelable: true }))

vi.setConfig({ testTimeout: 60_000 })

describe('the order of a thousand items', () => {
  it('holds what is in sight, says the place of each, and shows the chosen one', async () => {
    const { screen, box } = await show({ active: 'i700' })
    await expect.poll(() => isInSight('i700', box)).toBe(true)
    expect(screen.getByRole('listitem').elements().length).toBeLessThan(60)
    expect([row('i700')!.getAttribute('aria-posinset'), row('i700')!.getAttribute('aria-setsize')]).toEqual(['701', '1000'])
    box.scrollTo(0, box.scrollHeight)
    await expect.poll(() => isInSight('i999', box)).toBe(true)
    expect(row('i700')).toBeNull()
    // Nothing hangs over the end, and nothing is left under it.
    expect(Math.round(screen.getByRole('list').element().getBoundingClientRect().bottom - row('i999')!.getBoundingClientRect().bottom)).toBe(0)
  })

  it('is changed by dragging', async () => {
    const { box } = await show()
    const from = middle(handle('i1'))
    const to = middle(handle('i4'))
    mouse('mousedown', handle('i1'), from)
    mouse('mousemove', document, { ...from, clientY: from.clientY + 12 })
    await expect.poll(said).toMatch(/Picked up “Item 1”|“Item 1” would be/)
    mouse('mousemove', document, to)
    await expect.poll(said).toContain('“Item 1” would be 5 of 1000')
    mouse('mouseup', document, to)
    await expect.poll(() => order.slice(0, 6)).toEqual(['i0', 'i2', 'i3', 'i4', 'i1', 'i5'])
    await expect.poll(() => handle('i1').getAttribute('aria-label')).toBe('Move Item 1, 5 of 1000')
    expect(isInSight('i1', box)).toBe(true)
    expect(writes).toBe(1)
  })

  it('scrolls under what is dragged to its edge, and keeps it in hand', async () => {
    const { box } = await show()
    const from = middle(handle('i2'))
    const edge = { clientX: from.clientX, clientY: box.getBoundingClientRect().bottom - 4 }
    mouse('mousedown', handle('i2'), from)
    mouse('mousemove', document, { ...from, clientY: from.clientY + 12 })
    await expect.poll(said).toMatch(/Item 2/)
    mouse('mousemove', document, edge)
    await expect.poll(() => box.scrollTop, { timeout: 30_000 }).toBeGreaterThan(3000)
    expect(row('i2')).not.toBeNull()
    await expect.poll(() => Math.abs(middle(row('i2')!).clientY - edge.clientY)).toBeLessThan(80)
    mouse('mouseup', document, edge)
    await expect.poll(() => order.indexOf('i2')).toBeGreaterThan(70)
    expect(writes).toBe(1)
    await expect.poll(() => isInSight('i2', box)).toBe(true)
  })

  it('is changed by keyboard, further than what was in sight', async () => {
    const { box } = await show()
    handle('i3').focus()
    await userEvent.keyboard('[Space]')
    await expect.poll(said).toMatch(/Item 3/)
    for (let place = 5; place <= 24; place++) {
      await userEvent.keyboard('{ArrowDown}')
      await expect.poll(said).toContain(`“Item 3” would be ${place} of 1000`)
    }
    await userEvent.keyboard('[Space]')
    await expect.poll(() => order.indexOf('i3')).toBe(23)
    expect(isInSight('i3', box)).toBe(true)
    expect(document.activeElement).toBe(handle('i3'))

    await userEvent.keyboard('[Space]')
    await expect.poll(said).toMatch(/Picked up “Item 3”|would be 24/)
    await userEvent.keyboard('{ArrowUp}')
    await expect.poll(said).toContain('“Item 3” would be 23 of 1000')
    await userEvent.keyboard('{Escape}')
    await expect.poll(said).toContain('“Item 3” stays where it was')
    expect(order.indexOf('i3')).toBe(23)
  })

  it('sends an item to either end, and the focus goes along', async () => {
    const { screen, box } = await show()
    await screen.getByRole('button', { name: 'Item 1 to the bottom', exact: true }).click()
    await expect.poll(() => order.at(-1)).toBe('i1')
    await expect.poll(() => isInSight('i1', box)).toBe(true)
    expect(document.activeElement).toBe(handle('i1'))
    await screen.getByRole('button', { name: 'Item 1 to the top', exact: true }).click()
    await expect.poll(() => order[0]).toBe('i1')
    await expect.poll(() => isInSight('i1', box)).toBe(true)
    expect(document.activeElement).toBe(handle('i1'))
  })

  it('keeps the focus on an item that is scrolled away', async () => {
    const { box } = await show()
    handle('i5').focus()
    box.scrollTo(0, 20_000)
    await expect.poll(() => row('i510')).not.toBeNull()
    expect(document.activeElement).toBe(handle('i5'))
  })

  it('is only read by viewers', async () => {
    const { screen } = await show({ readOnly: true })
    expect(screen.getByRole('button').elements()).toHaveLength(0)
  })
})
