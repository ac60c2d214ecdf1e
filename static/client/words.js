// What the page says, in both languages. `advice(problem)` turns a refusal into what to do about it.

import * as session from "./session.js";

const english = {
  skip: "Skip to content", pages: "Pages", language: "Language", starting: "One moment …",
  offline_banner: "You are offline. What you press now is sent when the network is back.",
  hero: "A thought, in your own voice.",
  hero_more: "Record half a minute once. Then, on stage, whatever they think of is spoken in your voice, about a second later.",
  hero_1: "Register with your activation code.", hero_2: "Read a few lines aloud.", hero_3: "Choose a card, and perform.",
  register: "Register", activationCode: "Activation code", username: "Name", email: "Email", password: "Password",
  register_now: "Register", have_account: "I have an account", login: "Sign in", name_or_email: "Name or email",
  login_now: "Sign in", no_account: "I have an activation code",
  stage: "Stage", voice: "Voice", history: "History", settings: "Settings",
  your_voice: "Your voice", record: "Record", the_voice: "What we heard",
  howto: "Read this aloud, or speak freely, for {least} to {most} seconds. A small, quiet room is best.",
  read: "The evening train was almost empty. Outside, the fields went by in long bands of green and grey, and now and then a lamp came on in a farmhouse far away. I had a book with me, but I never opened it. Instead I thought about the first time I stood on a stage: how warm the lights were, how quiet it became, and how somebody in the third row began to smile before I had said a single word. Strange, what we remember. Not the applause, not the mistakes. Only that smile, and the feeling that anything at all could happen next.",
  mic_start: "Record", mic_stop: "Finish", level: "Level", time: "Time", progress: "Progress",
  choose_file: "Choose a file instead",
  "advice.good": "Good. Keep reading.", "advice.enough": "That is enough. Finish whenever you like.",
  "advice.quiet": "Very quiet: come closer to the microphone.", "advice.loud": "Too loud: move back a little.",
  "advice.silent": "We hear nothing. Speak up, or check the microphone.",
  "advice.short": "Only {seconds} s. Record at least {least} seconds, please.",
  consent_first: "Please agree first: we may not imitate a voice without its owner’s consent.",
  sending: "Listening to your recording …", no_voice: "Nothing yet. Record, and you will see here how good it is.",
  score: "Quality {score} of 100", wave_label: "Waveform of the recording, {seconds} seconds",
  flawless: "A fine recording. There is nothing to improve.", usable: "Good enough to begin with. A longer recording in a quiet room makes a better voice.",
  "build.waiting": "Your voice is kept. It will be made when you perform.", "build.building": "Your voice is being made …",
  "build.ready": "Your voice is ready.", to_stage: "To the stage",
  mic_refused: "The microphone is blocked. Allow it in the browser’s settings, or choose a file.",
  mic_missing: "No microphone found. Plug one in, or choose a file.",
  routine: "Routine", topic: "About (optional)", own_only: "Only in my own voice", perform: "Perform",
  suit: "Suit", rank: "Rank", number: "Number", sign: "Star sign", value: "Value", examples: "For example",
  delete_digit: "Delete", minus: "Minus", before_christ: "BC", pick_card: "Choose a card", pick_sign: "Choose a sign",
  nothing_chosen: "Choose a value first.",
  "doing.idle": "Choose, and press Perform.", "doing.writing": "Thinking …", "doing.playing": "Speaking …", broken_off: "The sound broke off. Nothing was charged. Press again.",
  again: "Hear it again", "fact.voice": "Voice", "fact.text": "Text", "fact.heard": "First sound", "fact.length": "Length",
  "voice.pooled": "your own", "voice.ephemeral_clone": "your own, made for once",
  "voice.tts": "generic", "voice.user_sample": "your recording", "text.gemini": "Gemini", "text.template": "template", "text.caller": "yours",
  "step.reserve": "allowance", "step.writer": "writing", "step.voice": "voice", "step.speech": "speech", "step.first_audio": "first sound", "step.app": "whole answer",
  allowance: "This month", allowance_said: "{used} of {limit} characters",
  no_history: "Nothing performed yet.", older: "Older ones", play: "Play", stop: "Stop", delete: "Delete", failed: "failed",
  how_spoken: "How it is spoken", voice_similarity: "Likeness", stability: "Steadiness", style: "Expression",
  add_background_sound: "Background sound", background_volume: "Its volume", sex: "Generic voice", female: "Woman", male: "Man",
  saved: "Saved.", account: "Account", resets: "New characters", warm: "Is everything ready for the show?",
  "warm.go": "Go. Your voice is reserved until {until}; {performs} performances are left.", "warm.wait": "Not yet.",
  "warm.voice_required": "Record your voice first.", "warm.building": "Your voice is being made. Ask again in {seconds} s.",
  "warm.queued": "Your voice waits to be made. Ask again in {seconds} s.", "warm.quota_exceeded": "This month’s characters are nearly used up.",
  "warm.provider_unavailable": "A service that we use is failing just now.",
  "warm.pool_off": "Voices are not kept at present: yours is made anew for each performance, which takes seconds.",
  export: "Save everything you keep of me", logout: "Sign out", leaving: "Delete voice or account",
  erase_voice_more: "Deletes your recording, its imitation and what was spoken with it.", erase_voice: "Delete my voice",
  erase_account_more: "Deletes the account and everything in it.", erase_account: "Delete my account", erased: "Deleted.",
  "problem.offline": "There is no connection. Check the network and press again; nothing is done or charged twice.",
  "problem.timeout": "No answer came in time. Press again; nothing is done or charged twice.",
  "problem.not_authenticated": "Please sign in again.", "problem.wrong_sign_in": "Name or password is wrong.",
  "problem.wrong_password": "The password is wrong.",
  "problem.activation_refused": "This code cannot be used. Check it, or ask for a new one.",
  "problem.invalid": "Please check: {errors}", "problem.bad_request": "This could not be understood.",
  "problem.consent_required": "Please agree first: we may not imitate a voice without its owner’s consent.",
  "problem.sample_rejected": "{detail}", "problem.too_large": "This recording is too large. Record at most a minute.",
  "problem.too_many_files": "These are too many recordings at once.",
  "problem.unsupported_media_type": "This kind of file is not understood.",
  "problem.voice_required": "You have no voice yet. Record it first.",
  "problem.quota_exceeded": "This month’s characters are used up. New ones come on {resets_at}.",
  "problem.rate_limited": "That was very often. Wait {retry_after} s, then press again.",
  "problem.slots_busy": "All voice places are taken just now. Press again in a moment.",
  "problem.voice_creations_spent": "No more voices can be made this month. Perform with the generic voice.",
  "problem.too_many_builds": "Your voice was made anew too often today. Come back tomorrow.",
  "problem.provider_unavailable": "The voice service does not answer. Press again; nothing was charged.",
  "problem.writer_unavailable": "The writer does not answer. Press again; nothing was charged.",
  "problem.text_refused": "The voice service will not speak this. Choose something else.",
  "problem.deadline_exceeded": "It took too long. Press again; nothing was charged.",
  "problem.idempotency_in_flight": "The same is being done already. One moment …",
  "problem.idempotency_mismatch": "Press again, please.", "problem.unknown_routine": "This routine is no more. Reload the page.",
  "problem.unknown_background": "This background sound is no more. Choose another.",
  "problem.endless_routine": "This routine has no list of values.", "problem.pack_unfinished": "The pack is not finished yet.",
  "problem.range_not_satisfiable": "This part of the sound does not exist.", "problem.length_required": "This could not be understood.",
  "problem.forbidden": "You may not do this.", "problem.not_found": "This is no longer there.",
  "problem.method_not_allowed": "This could not be understood.", "problem.not_acceptable": "This could not be understood.",
  "problem.internal_error": "Something went wrong on our side. Press again in a moment.",
};

const spanish = {
  skip: "Ir al contenido", pages: "Páginas", language: "Idioma", starting: "Un momento …",
  offline_banner: "No hay conexión. Lo que pulses ahora se enviará cuando vuelva la red.",
  hero: "Un pensamiento, con tu propia voz.",
  hero_more: "Graba medio minuto una sola vez. Después, en el escenario, lo que piensen se dice con tu voz en cosa de un segundo.",
  hero_1: "Regístrate con tu código de activación.", hero_2: "Lee unas líneas en voz alta.", hero_3: "Elige una carta y actúa.",
  register: "Registro", activationCode: "Código de activación", username: "Nombre", email: "Correo", password: "Contraseña",
  register_now: "Registrarme", have_account: "Ya tengo cuenta", login: "Entrar", name_or_email: "Nombre o correo",
  login_now: "Entrar", no_account: "Tengo un código de activación",
  stage: "Escenario", voice: "Voz", history: "Historial", settings: "Ajustes",
  your_voice: "Tu voz", record: "Grabar", the_voice: "Lo que oímos",
  howto: "Lee esto en voz alta, o habla libremente, de {least} a {most} segundos. Lo mejor es un cuarto pequeño y tranquilo.",
  read: "El tren de la tarde iba casi vacío. Fuera, los campos pasaban en largas franjas verdes y grises, y de vez en cuando se encendía una lámpara en una casa lejana. Llevaba un libro, pero no llegué a abrirlo. Me puse a pensar en la primera vez que pisé un escenario: en el calor de las luces, en el silencio que se hizo y en alguien de la tercera fila que empezó a sonreír antes de que yo dijera una sola palabra. Es curioso lo que recordamos. No los aplausos, ni los errores. Solo esa sonrisa, y la sensación de que después podía pasar cualquier cosa.",
  mic_start: "Grabar", mic_stop: "Terminar", level: "Nivel", time: "Tiempo", progress: "Progreso",
  choose_file: "O elige un archivo",
  "advice.good": "Bien. Sigue leyendo.", "advice.enough": "Ya es suficiente. Termina cuando quieras.",
  "advice.quiet": "Se oye muy bajo: acércate al micrófono.", "advice.loud": "Demasiado fuerte: aléjate un poco.",
  "advice.silent": "No oímos nada. Habla más alto o revisa el micrófono.",
  "advice.short": "Solo {seconds} s. Graba al menos {least} segundos, por favor.",
  consent_first: "Acepta primero, por favor: no podemos imitar una voz sin permiso de su dueño.",
  sending: "Escuchando tu grabación …", no_voice: "Aún no hay nada. Graba y verás aquí si quedó bien.",
  score: "Calidad {score} de 100", wave_label: "Onda de la grabación, {seconds} segundos",
  flawless: "Una buena grabación. No hay nada que mejorar.", usable: "Basta para empezar. Una grabación más larga en un lugar tranquilo da una voz mejor.",
  "build.waiting": "Tu voz está guardada. Se creará cuando actúes.", "build.building": "Estamos creando tu voz …",
  "build.ready": "Tu voz está lista.", to_stage: "Al escenario",
  mic_refused: "El micrófono está bloqueado. Permítelo en los ajustes del navegador o elige un archivo.",
  mic_missing: "No encontramos ningún micrófono. Conecta uno o elige un archivo.",
  routine: "Rutina", topic: "Sobre (opcional)", own_only: "Solo con mi propia voz", perform: "Actuar",
  suit: "Palo", rank: "Valor", number: "Número", sign: "Signo", value: "Valor", examples: "Por ejemplo",
  delete_digit: "Borrar", minus: "Menos", before_christ: "a. C.", pick_card: "Elige una carta", pick_sign: "Elige un signo",
  nothing_chosen: "Elige primero un valor.",
  "doing.idle": "Elige y pulsa Actuar.", "doing.writing": "Pensando …", "doing.playing": "Hablando …", broken_off: "El sonido se cortó. No se ha cobrado nada. Pulsa otra vez.",
  again: "Oírlo otra vez", "fact.voice": "Voz", "fact.text": "Texto", "fact.heard": "Primer sonido", "fact.length": "Duración",
  "voice.pooled": "la tuya", "voice.ephemeral_clone": "la tuya, creada para una vez",
  "voice.tts": "genérica", "voice.user_sample": "tu grabación", "text.gemini": "Gemini", "text.template": "plantilla", "text.caller": "tuyo",
  "step.reserve": "saldo", "step.writer": "escritura", "step.voice": "voz", "step.speech": "habla", "step.first_audio": "primer sonido", "step.app": "respuesta entera",
  allowance: "Este mes", allowance_said: "{used} de {limit} caracteres",
  no_history: "Todavía no has actuado.", older: "Anteriores", play: "Oír", stop: "Parar", delete: "Borrar", failed: "falló",
  how_spoken: "Cómo se dice", voice_similarity: "Parecido", stability: "Firmeza", style: "Expresión",
  add_background_sound: "Sonido de fondo", background_volume: "Su volumen", sex: "Voz genérica", female: "Mujer", male: "Hombre",
  saved: "Guardado.", account: "Cuenta", resets: "Caracteres nuevos", warm: "¿Está todo listo para la función?",
  "warm.go": "Adelante. Tu voz está reservada hasta las {until}; quedan {performs} actuaciones.", "warm.wait": "Todavía no.",
  "warm.voice_required": "Graba primero tu voz.", "warm.building": "Estamos creando tu voz. Pregunta otra vez en {seconds} s.",
  "warm.queued": "Tu voz espera a ser creada. Pregunta otra vez en {seconds} s.", "warm.quota_exceeded": "Los caracteres de este mes casi se han acabado.",
  "warm.provider_unavailable": "Un servicio que usamos está fallando ahora.",
  "warm.pool_off": "Ahora no se guardan voces: la tuya se crea de nuevo en cada actuación, y eso tarda segundos.",
  export: "Guardar todo lo que tenéis de mí", logout: "Salir", leaving: "Borrar la voz o la cuenta",
  erase_voice_more: "Borra tu grabación, su imitación y lo que se dijo con ella.", erase_voice: "Borrar mi voz",
  erase_account_more: "Borra la cuenta y todo lo que contiene.", erase_account: "Borrar mi cuenta", erased: "Borrado.",
  "problem.offline": "No hay conexión. Revisa la red y pulsa otra vez; nada se hace ni se cobra dos veces.",
  "problem.timeout": "No llegó respuesta a tiempo. Pulsa otra vez; nada se hace ni se cobra dos veces.",
  "problem.not_authenticated": "Entra otra vez, por favor.", "problem.wrong_sign_in": "El nombre o la contraseña no son correctos.",
  "problem.wrong_password": "La contraseña no es correcta.",
  "problem.activation_refused": "Este código no se puede usar. Revísalo o pide otro.",
  "problem.invalid": "Revisa esto, por favor: {errors}", "problem.bad_request": "No se pudo entender.",
  "problem.consent_required": "Acepta primero, por favor: no podemos imitar una voz sin permiso de su dueño.",
  "problem.sample_rejected": "{detail}", "problem.too_large": "Esta grabación es demasiado grande. Graba un minuto como mucho.",
  "problem.too_many_files": "Son demasiadas grabaciones a la vez.",
  "problem.unsupported_media_type": "No entendemos este tipo de archivo.",
  "problem.voice_required": "Aún no tienes voz. Grábala primero.",
  "problem.quota_exceeded": "Los caracteres de este mes se han acabado. Los nuevos llegan el {resets_at}.",
  "problem.rate_limited": "Demasiado seguido. Espera {retry_after} s y pulsa otra vez.",
  "problem.slots_busy": "Ahora mismo todas las plazas de voz están ocupadas. Pulsa otra vez en un momento.",
  "problem.voice_creations_spent": "Este mes no se pueden crear más voces. Actúa con la voz genérica.",
  "problem.too_many_builds": "Hoy tu voz se ha creado demasiadas veces. Vuelve mañana.",
  "problem.provider_unavailable": "El servicio de voz no responde. Pulsa otra vez; no se ha cobrado nada.",
  "problem.writer_unavailable": "El escritor no responde. Pulsa otra vez; no se ha cobrado nada.",
  "problem.text_refused": "El servicio de voz no quiere decir esto. Elige otra cosa.",
  "problem.deadline_exceeded": "Tardó demasiado. Pulsa otra vez; no se ha cobrado nada.",
  "problem.idempotency_in_flight": "Ya se está haciendo. Un momento …",
  "problem.idempotency_mismatch": "Pulsa otra vez, por favor.", "problem.unknown_routine": "Esta rutina ya no existe. Recarga la página.",
  "problem.unknown_background": "Ese sonido de fondo ya no existe. Elige otro.",
  "problem.endless_routine": "Esta rutina no tiene una lista de valores.", "problem.pack_unfinished": "El paquete no está terminado.",
  "problem.range_not_satisfiable": "Esa parte del sonido no existe.", "problem.length_required": "No se pudo entender.",
  "problem.forbidden": "No puedes hacer esto.", "problem.not_found": "Esto ya no está.",
  "problem.method_not_allowed": "No se pudo entender.", "problem.not_acceptable": "No se pudo entender.",
  "problem.internal_error": "Algo falló por nuestra parte. Pulsa otra vez en un momento.",
};

const languages = { english, spanish };

export function t(name, figures = {}) {
  const said = languages[session.language()][name] ?? english[name] ?? name;
  return said.replace(/\{(\w+)\}/g, (_, figure) => figures[figure] ?? "");
}

export const knows = (name) => name in english;

/** A refusal in the person's language: by its code where we know it, else as the server put it. */
export function advice(problem) {
  const name = `problem.${problem.code}`;
  if (!knows(name)) return problem.message;
  const errors = Object.entries(problem.errors ?? {}).map(atField).join(" ");
  return t(name, {
    ...problem,
    detail: problem.message,
    errors: errors || problem.message,
    retry_after: problem.retry_after ?? "",
    resets_at: problem.resets_at ? day(problem.resets_at) : "",
  });
}

const atField = ([field, messages]) => (knows(field) ? [`${t(field)}:`, ...messages] : messages).join(" ");

export const day = (instant) => new Date(instant).toLocaleDateString(session.iso(), { day: "numeric", month: "long" });
export const time = (instant) => new Date(instant).toLocaleTimeString(session.iso(), { hour: "2-digit", minute: "2-digit" });
export const number = (value) => new Intl.NumberFormat(session.iso()).format(value);

/** Put every text of the page into the language; call it again when that changes. */
export function translate(root = document) {
  document.documentElement.lang = session.iso();
  root.querySelectorAll("[data-t]").forEach((element) => (element.textContent = t(element.dataset.t)));
  root.querySelectorAll("[data-t-label]").forEach((element) => element.setAttribute("aria-label", t(element.dataset.tLabel)));
}
