/** What is set on this device: language, theme, what Enter does. */

import { useMessages, useShell } from '../app/context.ts'
import type { Theme } from '../app/preferences.ts'
import type { Language } from '../messages/catalogue.ts'
import { Select } from '../ui/select.tsx'
import { Switch } from '../ui/switch.tsx'

/** Each language by its own name, for who cannot read the present one. */
const languages: readonly (readonly [Language, string])[] = [
  ['ko', '한국어'],
  ['en', 'English'],
]

export function DisplayTab() {
  const t = useMessages()
  const { language, theme, enterSends } = useShell().preferences
  const themes: readonly (readonly [Theme, string])[] = [
    ['system', t.settings.themeSystem],
    ['light', t.settings.themeLight],
    ['dark', t.settings.themeDark],
  ]
  return (
    <div class="form">
      <Select
        label={t.settings.language}
        value={language.value}
        choices={languages}
        onChange={(value) => (language.value = languages.find(([each]) => each === value)?.[0] ?? 'ko')}
      />
      <Select
        label={t.settings.theme}
        value={theme.value}
        choices={themes}
        onChange={(value) => (theme.value = themes.find(([each]) => each === value)?.[0] ?? 'system')}
      />
      <Switch
        label={t.settings.enterSends}
        hint={t.settings.enterSendsHint}
        isOn={enterSends.value}
        onChange={(isOn) => (enterSends.value = isOn)}
      />
    </div>
  )
}
