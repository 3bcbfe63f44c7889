import { useState } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { showView } from '@/test-view'
import { EmptyState } from '@/ui/empty-state'
import { LongTable, type Sort } from '@/ui/long-table'

interface Site {
  id: string
  name: string
  items: number
}

const sites = (count: number): Site[] => Array.from({ length: count }, (_, index) => ({ id: `s${index}`, name: `Site ${index}`, items: index * 3 }))

interface ExampleProps {
  rows: readonly Site[] | undefined
  onEnd?: () => void
  onSort?: (sort: Sort) => void
  sort?: Sort | null
}

function Example({ rows, onEnd, onSort, sort = null }: ExampleProps) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  return (
    <>
      <p role="status">{[...selected].sort().join(' ')}</p>
      <LongTable
        caption="Sites"
        columns={[
          { key: 'name', header: 'Name', sortable: 'ascending', cell: ({ name }) => name },
          { key: 'items', header: 'Items', sortable: 'descending', className: 'w-24', align: 'right', cell: ({ items }) => items },
          { key: 'act', header: 'Actions', hideHeader: true, className: 'w-24', cell: ({ name }) => <button type="button">Act on {name}</button> },
        ]}
        rows={rows}
        rowKey={({ id }) => id}
        rowLabel={({ name }) => name}
        rowHref={({ id }) => `/sites/${id}`}
        total={rows?.length}
        selection={{ selected, onChange: setSelected }}
        sort={sort}
        onSort={onSort}
        onEnd={onEnd}
        empty={<EmptyState title="No site" detail="Add one." />}
      />
    </>
  )
}

const press = (keys: string) => userEvent.keyboard(keys)

describe('LongTable', () => {
  it('keeps in the document the rows in sight, and says how many there are', async () => {
    const { screen } = await showView(<Example rows={sites(5000)} />)
    await expect.element(screen.getByRole('link', { name: 'Site 3', exact: true })).toBeVisible()
    expect(screen.getByRole('link').elements().length).toBeLessThan(80)
    await expect.element(screen.getByRole('table', { name: 'Sites' })).toHaveAttribute('aria-rowcount', '5001')
    window.scrollTo(0, document.documentElement.scrollHeight)
    await expect.element(screen.getByRole('link', { name: 'Site 4999' })).toBeInTheDocument()
    await expect.element(screen.getByRole('row', { name: /Site 4999/ })).toHaveAttribute('aria-rowindex', '5001')
    await expect.element(screen.getByRole('link', { name: 'Site 3', exact: true })).not.toBeInTheDocument()
  })

  it('is walked with arrows, j and k, to its end and back, and the focus goes along', async () => {
    const { screen, address } = await showView(<Example rows={sites(500)} />, { at: '/list', path: '/list' })
    const at = (name: string) => expect.element(screen.getByRole('link', { name, exact: true })).toHaveFocus()
    ;(screen.getByRole('link', { name: 'Site 0', exact: true }).element() as HTMLElement).focus()
    await press('{ArrowDown}j')
    await at('Site 2')
    await press('k')
    await at('Site 1')
    await press('{End}')
    await at('Site 499')
    await press('{ArrowUp}')
    await at('Site 498')
    await press('{Home}')
    await at('Site 0')
    // A row with the focus stays, wherever somebody scrolls: the next key goes on from it.
    window.scrollTo(0, document.documentElement.scrollHeight)
    await expect.element(screen.getByRole('link', { name: 'Site 499' })).toBeInTheDocument()
    await press('{ArrowDown}')
    await at('Site 1')
    await press('{Enter}')
    await vi.waitUntil(() => address() === '/sites/s1')
  })

  it('selects with x, with Shift from the last one on, and by the checkboxes', async () => {
    const { screen } = await showView(<Example rows={sites(30)} />)
    const selected = (text: string) => expect.element(screen.getByRole('status')).toHaveTextContent(new RegExp(`^${text}$`))
    ;(screen.getByRole('link', { name: 'Site 2', exact: true }).element() as HTMLElement).focus()
    await press('x')
    await selected('s2')
    await press('{Shift>}{ArrowDown}{ArrowDown}{/Shift}')
    await selected('s2 s3 s4')
    await press('x')
    await selected('s2 s3')
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select Site 6' }))
    await selected('s2 s3 s6')
    await press('{Shift>}')
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select Site 8' }))
    await press('{/Shift}')
    await selected('s2 s3 s6 s7 s8')
    await expect.element(screen.getByRole('row', { name: /Site 7/ })).toHaveAttribute('aria-selected', 'true')
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select all 30 that are loaded' }))
    await selected(sites(30).map(({ id }) => id).sort().join(' '))
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select all 30 that are loaded' }))
    await selected('')
  })

  it('asks for the next page near the end, and not before', async () => {
    const onEnd = vi.fn()
    await showView(<Example rows={sites(300)} onEnd={onEnd} />)
    expect(onEnd).not.toHaveBeenCalled()
    window.scrollTo(0, document.documentElement.scrollHeight)
    await vi.waitUntil(() => onEnd.mock.calls.length > 0)
  })

  it('sorts by a head: first as suits it, then the other way round', async () => {
    const onSort = vi.fn()
    const { screen } = await showView(<Example rows={sites(3)} onSort={onSort} sort={{ key: 'items', descending: true }} />)
    await expect.element(screen.getByRole('columnheader', { name: 'Items' })).toHaveAttribute('aria-sort', 'descending')
    await userEvent.click(screen.getByRole('button', { name: 'Items' }))
    await userEvent.click(screen.getByRole('button', { name: 'Name' }))
    expect(onSort.mock.calls).toEqual([[{ key: 'items', descending: false }], [{ key: 'name', descending: false }]])
  })

  it('leaves the buttons of a row to themselves, and their keys too', async () => {
    const { screen, address } = await showView(<Example rows={sites(3)} />, { at: '/list', path: '/list' })
    await userEvent.click(screen.getByRole('button', { name: 'Act on Site 1' }))
    expect(address()).toBe('/list')
    await userEvent.click(screen.getByRole('row', { name: /Site 1/ }))
    await vi.waitUntil(() => address() === '/sites/s1')
  })

  it('says that there is nothing, and waits without a word before', async () => {
    const { screen } = await showView(<Example rows={[]} />)
    await expect.element(screen.getByText('No site')).toBeVisible()
    const waiting = await showView(<Example rows={undefined} />)
    await expect.element(waiting.screen.getByRole('table', { name: 'Sites' })).toHaveAttribute('aria-busy', 'true')
  })
})
