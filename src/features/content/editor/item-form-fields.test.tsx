import type { ContentSchema } from '@core/content-schema'
import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useEffect } from 'react'
import { useForm, useWatch } from 'react-hook-form'
import { beforeEach, describe, expect, it } from 'vitest'
import { findings } from '@/features/content/editor/form-data'
import { ItemFormFields, type ItemFormValues } from '@/features/content/editor/item-form-fields'

const schema: ContentSchema = {
  type: 'object',
  'x-order': ['headline', 'body', 'discount', 'shown', 'theme', 'tags', 'link', 'start'],
  required: ['headline', 'theme'],
  properties: {
    headline: { type: 'string', title: 'Headline', maxLength: 10, description: 'Short and plain' },
    body: { type: 'string', title: 'Body', format: 'markdown' },
    discount: { type: 'number', title: 'Discount', maximum: 100 },
    shown: { type: 'boolean', title: 'Shown' },
    theme: { type: 'string', title: 'Theme', enum: ['autumn', 'service'] },
    tags: { type: 'array', title: 'Tags', items: { type: 'string' } },
    link: { type: 'string', title: 'Link', format: 'uri' },
    start: { type: 'string', title: 'Starts on', format: 'date' },
  },
}

/** What the form held, render by render. */
let seen: ItemFormValues[] = []
beforeEach(() => {
  seen = []
})
function Form({ data = {}, readOnly = false }: { data?: ItemFormValues['data']; readOnly?: boolean }) {
  const { control } = useForm<ItemFormValues>({ defaultValues: { title: 'An item', data } })
  const values = useWatch({ control }) as ItemFormValues
  useEffect(() => {
    seen.push(values)
  }, [values])
  const { wrong } = findings(schema, values.data as Parameters<typeof findings>[1])
  return <ItemFormFields schema={schema} control={control} problems={wrong} titleProblem={undefined} readOnly={readOnly} />
}

describe('the form of a type', () => {
  it('has its fields in its order, with a control each', () => {
    render(<Form />)
    const labels = [...document.querySelectorAll('label[for]')].map((label) => label.textContent)
    expect(labels).toEqual([
      'Title', 'Headline', 'Body (optional)', 'Discount (optional)', 'Shown (optional)', 'Theme', 'Tags (optional)', 'Link (optional)', 'Starts on (optional)',
    ])
    expect(screen.getByLabelText('Headline')).toHaveProperty('required', true)
    expect(screen.getByLabelText(/Body/).tagName).toBe('TEXTAREA')
    expect(screen.getByLabelText('Theme').getAttribute('role')).toBe('combobox')
    expect(screen.getByLabelText(/Starts on/).getAttribute('type')).toBe('date')
    expect(screen.getByText('Short and plain')).toBeTruthy()
  })

  it('says what is wrong while one types, and stops when it is right', async () => {
    render(<Form />)
    const headline = screen.getByLabelText('Headline')
    await userEvent.type(headline, 'Far too long a line')
    expect(screen.getByRole('alert').textContent).toBe('Headline must be at most 10 characters.')
    expect(headline.getAttribute('aria-invalid')).toBe('true')
    await userEvent.clear(headline)
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('stores numbers as numbers, and leaves what is none to the validator', async () => {
    render(<Form />)
    const discount = screen.getByLabelText(/Discount/)
    await userEvent.type(discount, '12,5')
    expect(seen.at(-1)?.data['discount']).toBe(12.5)
    await userEvent.type(discount, 'x')
    expect(screen.getByRole('alert').textContent).toBe('Discount must be a number.')
  })

  it('forgets a cleared field instead of falling back to what it was', async () => {
    render(<Form data={{ headline: 'Hello', link: '/a' }} />)
    await userEvent.clear(screen.getByLabelText('Headline'))
    expect(screen.getByLabelText('Headline')).toHaveProperty('value', '')
    expect(seen.at(-1)?.data['headline']).toBeNull()
  })

  it('edits a list with Enter and Backspace', async () => {
    render(<Form data={{ tags: ['one'] }} />)
    const list = screen.getByRole('group', { name: 'Tags' })
    await userEvent.type(within(list).getByLabelText('Tags, entry 1'), '{Enter}')
    await userEvent.type(within(list).getByLabelText('Tags, entry 2'), 'two')
    expect(seen.at(-1)?.data['tags']).toEqual(['one', 'two'])
    await userEvent.clear(within(list).getByLabelText('Tags, entry 2'))
    await userEvent.type(within(list).getByLabelText('Tags, entry 2'), '{Backspace}')
    expect(seen.at(-1)?.data['tags']).toEqual(['one'])
  })

  it('can be read without being changed', () => {
    render(<Form data={{ headline: 'Hello', theme: 'autumn' }} readOnly />)
    expect(screen.getByLabelText('Headline')).toHaveProperty('readOnly', true)
    expect(screen.getByLabelText('Theme')).toHaveProperty('disabled', true)
    expect(screen.queryByRole('button', { name: 'Add entry' })).toBeNull()
  })
})
