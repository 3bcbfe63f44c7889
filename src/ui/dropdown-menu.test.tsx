import { render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { DropdownMenu, MenuItem } from './dropdown-menu.tsx'

describe('DropdownMenu', () => {
  it('opens on the first press, works by keyboard and gives the focus back', async () => {
    const user = userEvent.setup()
    const onSelect = vi.fn()
    render(
      <DropdownMenu trigger={<button type="button">More</button>}>
        <MenuItem onSelect={onSelect}>Edit</MenuItem>
      </DropdownMenu>,
    )
    const closed = screen.getByRole('button', { name: 'More' })
    expect(closed.getAttribute('aria-haspopup')).toBe('menu')
    closed.focus()
    await user.keyboard('{Enter}')
    await screen.findByRole('menuitem', { name: 'Edit' })
    await user.keyboard('{ArrowDown}{Enter}')
    expect(onSelect).toHaveBeenCalledTimes(1)
    expect(screen.queryByRole('menu')).toBeNull()
    expect(document.activeElement?.textContent).toBe('More')
  })
})
