import { beforeEach, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { peopleQuery } from '@/features/alerts/queries/people'
import { RuleForm } from '@/features/alerts/rule-form'
import { useSession } from '@/lib/session'
import { showView } from '@/test-view'

beforeEach(() => useSession.setState({ organizationId: 'o' }))

const people = Array.from({ length: 12 }, (_, n) => ({ id: `p${n}`, name: `Person ${n}`, email: `p${n}@example.com` }))
const show = () =>
  showView(
    <>
      <RuleForm rule={null} onBusy={vi.fn()} onDirty={vi.fn()} onDone={vi.fn()} />
      <button type="submit" form="alert-rule-form">
        Create
      </button>
    </>,
    { known: [[peopleQuery('o').queryKey, people]], width: 500 },
  )

describe('the form of a rule', () => {
  it('asks for a time where the rule waits, names the rule after it, and says what is wrong beside the field', async () => {
    const { screen } = await show()
    await expect.element(screen.getByRole('textbox', { name: 'Name' })).toHaveValue('Runs that fail')
    await screen.getByRole('combobox', { name: 'Tell when' }).click()
    await screen.getByRole('option', { name: 'Nothing is synced' }).click()
    await expect.element(screen.getByRole('textbox', { name: 'Name' })).toHaveValue('Nothing synced')
    await expect.element(screen.getByRole('textbox', { name: 'Nothing synced for' })).toHaveValue('24')
    await userEvent.fill(screen.getByRole('textbox', { name: 'Nothing synced for' }), 'soon')
    await userEvent.fill(screen.getByRole('textbox', { name: /More addresses/ }), 'ops@example.com, nobody')
    await userEvent.fill(screen.getByRole('textbox', { name: /Webhook/ }), 'hooks.example.com')
    await screen.getByRole('button', { name: 'Create' }).click()
    await expect.element(screen.getByText('Type a whole number.')).toBeVisible()
    await expect.element(screen.getByText('"nobody" is not an e-mail address.')).toBeVisible()
    await expect.element(screen.getByText('The address must begin with https://.')).toBeVisible()
    await expect.element(screen.getByRole('textbox', { name: 'Nothing synced for' })).toHaveAttribute('aria-invalid', 'true')
  })

  it('finds people by name where there are many, and keeps those that are chosen', async () => {
    const { screen } = await show()
    await screen.getByRole('checkbox', { name: 'Person 3' }).click()
    await userEvent.fill(screen.getByRole('searchbox', { name: 'Search members' }), 'p11@')
    await expect.poll(() => screen.getByRole('checkbox', { name: /^Person/ }).elements().length).toBe(1)
    await userEvent.fill(screen.getByRole('searchbox', { name: 'Search members' }), '')
    await expect.element(screen.getByRole('checkbox', { name: 'Person 3' })).toBeChecked()
  })
})
