using System;
using System.Collections.Generic;
using Json = System.Text.Json;

namespace Stores
{
    public delegate void Changed(int value);

    public interface IReader { int Read(byte[] into); }

    public enum Mode { Near, Far }

    public record Point(int X, int Y);

    public class Store<T> : Base, IReader where T : class
    {
        private const int Limit = 10;
        private readonly List<T> items = new List<T>();
        public string Name { get; set; }

        public Store(string name) : base(name)
        {
            Name = $"store {name}";
        }

        public T Find(string key, int limit = Limit)
        {
            foreach (var item in items)
            {
                if (item.ToString() == key) return item;
            }
            try { Parse(key, out var parsed); }
            catch (Exception error) { Console.WriteLine(error); }
            Func<int, int> twice = x => x * 2; // doubles
            int Local(int a) { return twice(a); }
            return null;
        }
    }
}
