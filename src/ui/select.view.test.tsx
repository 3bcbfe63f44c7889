import { useState } from 'react'
import { expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { showView } from '@/test-view'
import { Field } from '@/ui/field'
import { Select } from '@/ui/select'

const OPTIONS = [
  { value: 'draft', label: 'Draft' },
  { value: 'published', label: 'Published' },
  { value: 'paused', label: 'Paused', disabled: true },
  { value: 'past', label: 'Past' },
] as const

function Stage() {
  const [value, setValue] = useState<(typeof OPTIONS)[number]['value'] | undefined>(undefined)
  return (
    <Field label="Status">
      <Select value={value} onValueChange={setValue} options={OPTIONS} placeholder="Any" />
    </Field>
  )
}

it('is the same to look at before its list was ever opened and after, and gives the focus back', async () => {
  const { screen } = await showView(<Stage />)
  const status = screen.getByRole('combobox', { name: 'Status' })
  await expect.element(status).toHaveTextContent('Any')
  await expect.element(status).toHaveAttribute('aria-expanded', 'false')
  const before = status.element().getBoundingClientRect()
  await userEvent.tab()
  await expect.element(status).toHaveFocus()
  await userEvent.keyboard('{ArrowDown}')
  await screen.getByRole('option', { name: 'Published' }).click()
  await expect.element(status).toHaveTextContent('Published')
  await expect.element(status).toHaveFocus()
  const after = status.element().getBoundingClientRect()
  expect([after.top, after.left, after.width, after.height]).toEqual([before.top, before.left, before.width, before.height])
})

it('is chosen from by letters while its list is closed', async () => {
  const { screen } = await showView(<Stage />)
  const status = screen.getByRole('combobox', { name: 'Status' })
  await userEvent.tab()
  await userEvent.keyboard('pu')
  await expect.element(status).toHaveTextContent('Published')
  await expect.element(status).toHaveAttribute('aria-expanded', 'false')
})
