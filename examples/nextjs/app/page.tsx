import { Chat } from "./chat.tsx";

export default function Page() {
  return (
    <main>
      <h1>Chat with known costs</h1>
      <p>
        Every answer is recorded by the Outlay in this application. <a href="/outlay">See what it costs.</a>
      </p>
      <Chat />
    </main>
  );
}
