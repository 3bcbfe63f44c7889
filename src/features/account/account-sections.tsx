import { useQuery } from '@tanstack/react-query'
import { AuthenticatorsCard } from '@/features/account/authenticators-card'
import { DeleteAccountCard } from '@/features/account/delete-account-card'
import { PasswordCard } from '@/features/account/password-card'
import { ProfileCard } from '@/features/account/profile-card'
import { offersAuthenticatorsQuery } from '@/features/account/queries/authenticators'
import { SessionsSection } from '@/features/account/sessions-section'
import { useTheme, type ThemeChoice } from '@/lib/theme'
import { Card } from '@/ui/card'
import { SegmentedControl } from '@/ui/segmented-control'

const THEMES: { value: ThemeChoice; label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]

export function AccountSections() {
  const choice = useTheme((state) => state.choice)
  const setChoice = useTheme((state) => state.setChoice)
  // A server that cannot be asked has its error on the cards that ask it for something.
  const { data: offersAuthenticators = false } = useQuery(offersAuthenticatorsQuery)
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <ProfileCard />
      <div className="grid gap-4">
        <PasswordCard />
        <Card title="Theme">
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p className="text-ink-2">How DataSync looks in this browser.</p>
            <SegmentedControl aria-label="Theme" value={choice} onValueChange={setChoice} segments={THEMES} />
          </div>
        </Card>
      </div>
      {offersAuthenticators && <AuthenticatorsCard />}
      <SessionsSection />
      <DeleteAccountCard />
    </div>
  )
}
