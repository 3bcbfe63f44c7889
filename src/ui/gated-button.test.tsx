import { render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { GatedButton } from './gated-button.tsx'

it('does nothing and says why while there is a reason, in reach of a keyboard; and what it says without one', async () => {
  const user = userEvent.setup()
  const onClick = vi.fn()
  const gate = (why: string | null) => <GatedButton why={why} onClick={onClick}>Roll back</GatedButton>
  const { rerender } = render(gate('That is for admins.'))
  await user.tab()
  const off = screen.getByRole('button', { name: 'Roll back', description: 'That is for admins.' })
  expect(document.activeElement).toBe(off)
  expect(off.getAttribute('aria-disabled')).toBe('true')
  await user.keyboard('{Enter}')
  await user.click(off)
  expect(onClick).not.toHaveBeenCalled()
  rerender(gate(null))
  const on = screen.getByRole('button', { name: 'Roll back' })
  expect(on.getAttribute('aria-disabled')).toBeNull()
  await user.click(on)
  expect(onClick).toHaveBeenCalledTimes(1)
})
