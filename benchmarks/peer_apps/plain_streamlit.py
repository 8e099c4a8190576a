"""A chat as Streamlit's own tutorial builds one, with care: history in the session, the answer through st.write_stream.

(Streamlit, "Build a basic LLM chat app", 2026-11.) Its failures are caught and said, its client is made once, its
model is in the address. It keeps nothing when the tab is reloaded, and has no Stop of its own.
"""

import os

import openai
import streamlit as st


@st.cache_resource
def client():
    return openai.OpenAI(base_url=os.environ["UPSTREAM_URL"], api_key="unused")


@st.cache_data(ttl=60)
def models():
    return [model.id for model in client().models.list()]


def answer(model, messages):
    for chunk in client().chat.completions.create(model=model, messages=messages, stream=True):
        if chunk.choices and chunk.choices[0].delta.content:
            yield chunk.choices[0].delta.content


st.set_page_config(page_title="Chat")
with st.sidebar:
    st.selectbox("Model", models(), key="model", bind="query-params")
st.title("Chat")
messages = st.session_state.setdefault("messages", [])
for message in messages:
    with st.chat_message(message["role"]):
        st.markdown(message["content"])
if question := st.chat_input("Ask"):
    messages.append({"role": "user", "content": question})
    with st.chat_message("user"):
        st.markdown(question)
    with st.chat_message("assistant"):
        try:
            told = st.write_stream(answer(st.session_state.model, messages))
        except openai.OpenAIError:
            st.error("The model could not answer. Try again.")
        else:
            messages.append({"role": "assistant", "content": told})
